import MatrixAPI
import Outbound

/// What stands in mail, in the languages that there are. Everything that people read is here and nowhere else.
struct MailTexts: Sendable {
    /// One message without its recipient.
    struct Words: Sendable {
        let subject: String
        /// Paragraphs.
        let lines: [String]
        var button: String?
        let closing: String
    }

    private let language: Language
    let serverName: String

    private enum Language: String { case english = "en", japanese = "ja", spanish = "es" }

    /// - Parameter tags: what the reader understands, as `Accept-Language` or a pusher's `lang` has it; English where
    ///   nothing of it is there.
    init(for tags: String?, serverName: String) {
        self.serverName = serverName
        language =
            (tags ?? "").split(separator: ",").lazy.compactMap { tag in
                Language(rawValue: String(tag.drop { $0 == " " }.prefix { $0 != "-" && $0 != ";" }).lowercased())
            }.first ?? .english
    }

    func confirm(_ purpose: AddressPurpose) -> Words {
        switch (language, purpose) {
        case (.english, .add):
            Words(
                subject: "Confirm your e-mail address",
                lines: ["Somebody, probably you, wants to add this address to an account on \(serverName)."],
                button: "Confirm this address", closing: ignoreEnglish)
        case (.english, .register):
            Words(
                subject: "Confirm your e-mail address",
                lines: ["Somebody, probably you, is making an account on \(serverName) with this address."],
                button: "Confirm this address", closing: ignoreEnglish)
        case (.english, .password):
            Words(
                subject: "A new password for your account",
                lines: [
                    "Somebody, probably you, wants to set a new password for the account on \(serverName) that belongs "
                        + "to this address."
                ], button: "Confirm that it is me", closing: ignoreEnglish)
        case (.japanese, .add):
            Words(
                subject: "メールアドレスの確認",
                lines: ["\(serverName) のアカウントにこのアドレスを追加する手続きが行われました。"],
                button: "このアドレスを確認する", closing: ignoreJapanese)
        case (.japanese, .register):
            Words(
                subject: "メールアドレスの確認",
                lines: ["このアドレスで \(serverName) のアカウントを作成する手続きが行われました。"],
                button: "このアドレスを確認する", closing: ignoreJapanese)
        case (.japanese, .password):
            Words(
                subject: "新しいパスワードの設定",
                lines: ["このアドレスの \(serverName) アカウントに新しいパスワードを設定する手続きが行われました。"],
                button: "本人であることを確認する", closing: ignoreJapanese)
        case (.spanish, .add):
            Words(
                subject: "Confirme su dirección de correo",
                lines: ["Alguien, probablemente usted, quiere añadir esta dirección a una cuenta de \(serverName)."],
                button: "Confirmar esta dirección", closing: ignoreSpanish)
        case (.spanish, .register):
            Words(
                subject: "Confirme su dirección de correo",
                lines: ["Alguien, probablemente usted, está creando una cuenta en \(serverName) con esta dirección."],
                button: "Confirmar esta dirección", closing: ignoreSpanish)
        case (.spanish, .password):
            Words(
                subject: "Una contraseña nueva para su cuenta",
                lines: [
                    "Alguien, probablemente usted, quiere poner una contraseña nueva a la cuenta de \(serverName) que "
                        + "tiene esta dirección."
                ], button: "Confirmar que soy yo", closing: ignoreSpanish)
        }
    }

    /// To an address that somebody has already, instead of a confirmation: only its owner learns that.
    var alreadyKnown: Words {
        switch language {
        case .english:
            Words(
                subject: "Your e-mail address on \(serverName)",
                lines: [
                    "Somebody wanted to use this address for an account on \(serverName). It belongs to an account "
                        + "there already, so nothing was changed.",
                    "If that was you, log in with the account that you have; a forgotten password can be replaced there.",
                ], closing: ignoreEnglish)
        case .japanese:
            Words(
                subject: "\(serverName) でのメールアドレスについて",
                lines: [
                    "\(serverName) でこのアドレスを使う手続きが行われましたが、このアドレスはすでにアカウントに登録されているため、何も変更されていません。",
                    "ご本人の場合は、お持ちのアカウントでログインしてください。",
                ], closing: ignoreJapanese)
        case .spanish:
            Words(
                subject: "Su dirección de correo en \(serverName)",
                lines: [
                    "Alguien quiso usar esta dirección para una cuenta de \(serverName). Ya pertenece a una cuenta, así "
                        + "que no se ha cambiado nada.",
                    "Si fue usted, entre con la cuenta que ya tiene.",
                ], closing: ignoreSpanish)
        }
    }

    func invite(by inviter: String, to room: String?) -> Words {
        switch language {
        case .english:
            let place = room.map { " to \"\($0)\"" } ?? " to a conversation"
            return Words(
                subject: "\(inviter) invites you\(place)",
                lines: [
                    "\(inviter) invites you\(place) on \(serverName).",
                    "Make an account with this address, or add it to the account that you have: the invite is then "
                        + "waiting for you.",
                ], button: "Go to \(serverName)", closing: ignoreEnglish)
        case .japanese:
            let place = room.map { "「\($0)」" } ?? "会話"
            return Words(
                subject: "\(inviter) さんからの招待",
                lines: [
                    "\(inviter) さんが \(serverName) の\(place)にあなたを招待しています。",
                    "このアドレスでアカウントを作成するか、お持ちのアカウントに追加すると、招待が届きます。",
                ], button: "\(serverName) を開く", closing: ignoreJapanese)
        case .spanish:
            let place = room.map { " a «\($0)»" } ?? " a una conversación"
            return Words(
                subject: "\(inviter) le invita\(place)",
                lines: [
                    "\(inviter) le invita\(place) en \(serverName).",
                    "Cree una cuenta con esta dirección, o añádala a la que ya tiene, y la invitación le estará esperando.",
                ], button: "Ir a \(serverName)", closing: ignoreSpanish)
        }
    }

    /// - Parameter count: how many messages were missed.
    func digest(_ count: Int) -> Words {
        switch language {
        case .english:
            Words(
                subject: count == 1 ? "A message is waiting for you" : "\(count) messages are waiting for you",
                lines: ["While you were away:"], button: "Open \(serverName)",
                closing: "You get this mail because your account asks for it; your client's settings take it away.")
        case .japanese:
            Words(
                subject: "未読のメッセージが\(count)件あります", lines: ["ご不在の間に届いたメッセージ:"],
                button: "\(serverName) を開く", closing: "このメールはアカウントの設定により送信されています。クライアントの設定で停止できます。")
        case .spanish:
            Words(
                subject: count == 1 ? "Le espera un mensaje" : "Le esperan \(count) mensajes",
                lines: ["Mientras no estaba:"], button: "Abrir \(serverName)",
                closing: "Recibe este correo porque su cuenta lo pide; puede quitarlo en los ajustes de su cliente.")
        }
    }

    var encrypted: String {
        switch language {
        case .english: "an encrypted message"
        case .japanese: "暗号化されたメッセージ"
        case .spanish: "un mensaje cifrado"
        }
    }

    var invitation: String {
        switch language {
        case .english: "asks you into the conversation"
        case .japanese: "会話に招待しています"
        case .spanish: "le invita a la conversación"
        }
    }

    var somethingElse: String {
        switch language {
        case .english: "something new"
        case .japanese: "新しいお知らせ"
        case .spanish: "algo nuevo"
        }
    }

    func more(_ count: Int) -> String {
        switch language {
        case .english: "and \(count) more"
        case .japanese: "ほか\(count)件"
        case .spanish: "y \(count) más"
        }
    }

    private var ignoreEnglish: String { "If you do not know what this is about, you need not do anything." }
    private var ignoreJapanese: String { "お心当たりのない場合は、このメールを無視してください。" }
    private var ignoreSpanish: String { "Si no sabe de qué se trata, no tiene que hacer nada." }
}
