/// The rooms of several members.
extension DemonstrationScript {
    static let lobby = Room(
        kind: .open(alias: "lobby", name: "Lobby", topic: "For everybody, about everything"),
        members: ["hanako", "kenji", "maria", "ana", "akira", "emma", "liam", "yuki"],
        lines: [
            Line(
                5 * day, "hanako",
                "Good morning everybody! This is the place for all of us, in Osaka, Madrid and Dublin."),
            Line(5 * day - 6, "liam", "Morning from Dublin. It is raining, to nobody's surprise."),
            Line(5 * day - 11, "maria", "¡Buenos días! 31 degrees here, I would gladly swap."),
            Line(
                3 * day, "emma",
                "The new meeting room on the third floor is open. It is called Window and has none."),
            Line(3 * day - 4, "akira", "Then it is the only quiet one."),
            Line(2 * day + 90, "yuki", "Reminder: the network in Osaka will be down on Saturday from 22:00 to 23:00."),
            Line(2 * day + 84, "kenji", "Thanks, Yuki. I will tell the night shift."),
            Line(day + 200, "ana", "Does somebody have a spare adapter for the projector in Madrid?"),
            Line(
                day + 195, "liam", "There are two in the cupboard next to the coffee machine, left from my visit."),
            Line(day + 190, "ana", "Found them. And the biscuits that you hid there."),
            Line(
                95, "hanako", "The canteen is closed on Friday. Join us for ramen at noon!",
                unreadBy: ["ana"]),
            Line(88, "emma", "I wish I could. Enjoy!"),
        ])

    static let osaka = Room(
        kind: .group(name: "大阪支店", topic: "大阪支店の連絡用"),
        members: ["kenji", "hanako", "akira", "yuki"],
        lines: [
            Line(4 * day, "kenji", "おはようございます。今週の予定をここで共有します。"),
            Line(4 * day - 3, "hanako", "おはようございます。ありがとうございます!"),
            Line(4 * day - 9, "yuki", "土曜日の夜にネットワーク工事があります。22時から1時間ほど止まります。"),
            Line(4 * day - 15, "akira", "了解です。夜勤の人にも伝えておきますか?"),
            Line(4 * day - 17, "kenji", "私から伝えます。"),
            Line(day + 60, "akira", "明日の打ち合わせは10時からで大丈夫ですか?"),
            Line(day + 52, "hanako", "はい、大丈夫です。資料は今日中に送ります。"),
            Line(day + 10, "hanako", "資料を送りました。確認をお願いします。"),
            Line(day + 2, "yuki", "確認しました。3ページ目の数字だけ、先月のままのようです。"),
            Line(day - 20, "hanako", "直しました。ありがとう!"),
            Line(40, "kenji", "雨が降りそうなので、傘を忘れずに。", unreadBy: ["akira"]),
        ])

    static let madrid = Room(
        kind: .group(name: "Equipo Madrid", topic: "Lo nuestro"),
        members: ["maria", "ana", "emma"],
        lines: [
            Line(3 * day + 300, "maria", "Hola a las dos. ¿Quién viene el jueves a la oficina?"),
            Line(3 * day + 292, "ana", "Yo, todo el día."),
            Line(3 * day + 281, "emma", "Yo también. Llego a Madrid el miércoles por la noche."),
            Line(3 * day + 279, "maria", "¡Perfecto! Reservo mesa para las tres en el sitio de siempre."),
            Line(day + 400, "ana", "El proyector ya funciona, por cierto."),
            Line(day + 396, "maria", "Milagro. ¿Qué era?"),
            Line(day + 395, "ana", "El cable. Siempre es el cable."),
            Line(70, "emma", "Mi tren sale con retraso. Empezad sin mí.", unreadBy: ["ana"]),
            Line(66, "maria", "Tranquila, te esperamos con el café."),
        ])

    static let launch = Room(
        kind: .group(name: "Product launch", topic: "Everything until the 1st"),
        members: ["emma", "hanako", "maria", "liam"],
        lines: [
            Line(2 * day + 500, "emma", "I put the four of us here so that the launch does not drown in the lobby."),
            Line(2 * day + 480, "liam", "Good. Open points from my side: price list, pictures, translation."),
            Line(2 * day + 470, "hanako", "The Japanese translation will be ready on Wednesday."),
            Line(2 * day + 462, "maria", "Spanish is done. I need somebody who reads it with fresh eyes."),
            Line(2 * day + 455, "emma", "I will, my Spanish is fresh enough to be dangerous."),
            Line(day + 120, "liam", "Pictures are here. Twelve of them, none with a cat, as requested."),
            Line(day + 112, "hanako", "That was not requested by me."),
            Line(150, "emma", "Price list approved. That leaves the translation, and then we are done."),
            Line(141, "hanako", "This afternoon.", unreadBy: ["liam"]),
        ])

    static let tennis = Room(
        kind: .group(name: "Tennis on Saturday", topic: "Court 3, 9:30"), members: ["akira", "yuki"],
        invited: ["hanako", "kenji"],
        lines: [
            Line(180, "akira", "土曜の朝、テニスしませんか? コート3を予約しました。"),
            Line(171, "yuki", "行きます! あと二人ほしいですね。"),
        ])

    static let day: Int64 = 24 * 60
}
