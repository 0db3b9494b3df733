/// The conversations of two.
extension DemonstrationScript {
    static let hanakoKenji = Room(
        kind: .direct, members: ["hanako", "kenji"],
        lines: [
            Line(2 * day + 30, "hanako", "お疲れさまです。見積書、見てもらえましたか?"),
            Line(2 * day + 25, "kenji", "はい、問題ないです。そのまま送ってください。"),
            Line(2 * day + 24, "hanako", "助かります!"),
            Line(35, "kenji", "今、少し話せますか?"),
            Line(33, "hanako", "5分後なら大丈夫です。こちらからかけますね。"),
        ])

    static let hanakoAkira = Room(
        kind: .direct, members: ["akira", "hanako"],
        lines: [
            Line(day + 30, "akira", "Will you be at the station tomorrow?"),
            Line(day + 26, "hanako", "Yes, the 10:45 train. South exit?"),
            Line(day + 25, "akira", "South exit is fine."),
            Line(22, "akira", "I am a bit early, I will wait at the bakery.", unreadBy: ["hanako"]),
            Line(21, "akira", "See you there!"),
        ])

    static let hanakoMaria = Room(
        kind: .direct, members: ["maria", "hanako"],
        lines: [
            Line(day + 310, "maria", "Hanako, how do you write “window” in Japanese? I want it on the slide."),
            Line(day + 305, "hanako", "窓. You read it mado."),
            Line(day + 304, "maria", "Beautiful. Gracias!"),
            Line(day + 303, "hanako", "De nada :)"),
        ])

    static let mariaAna = Room(
        kind: .direct, members: ["ana", "maria"],
        lines: [
            Line(3 * day, "ana", "¿Me cubres el viernes por la mañana? Tengo médico."),
            Line(3 * day - 5, "maria", "Claro, sin problema."),
            Line(3 * day - 6, "ana", "Eres la mejor."),
            Line(50, "maria", "¿Has visto el mensaje de Emma? Vamos pidiendo.", unreadBy: ["ana"]),
        ])

    static let emmaLiam = Room(
        kind: .direct, members: ["liam", "emma"],
        lines: [
            Line(4 * day + 100, "liam", "Do you have the number of the printer's hotline?"),
            Line(4 * day + 97, "emma", "It is on the printer. In very small letters, on the back."),
            Line(4 * day + 90, "liam", "Of course it is."),
            Line(300, "liam", "Printer update: it was not plugged in."),
            Line(296, "emma", "I shall take that to my grave."),
        ])
}
