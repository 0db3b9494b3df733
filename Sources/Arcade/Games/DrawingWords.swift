/// What is drawn, by language.
enum DrawingWords {
    static let all: [String: [String]] = ["en": english, "ja": japanese, "es": spanish]

    private static let english = words(
        """
        apple bridge camel candle castle chair cloud crab crown desk dolphin door dragon drum duck ear elephant fire fish
        flag flower fork frog ghost giraffe glasses guitar hammer hat heart hedgehog horse house ice igloo key kite knife
        ladder lamp leaf lighthouse lion moon mountain mouse mushroom nose octopus owl palm pencil penguin piano pirate pizza
        rabbit rain rainbow ring robot rocket sailboat scissors shark ship shoe snail snake snowman spider spoon star sun
        sword teapot tent tiger train tree turtle umbrella volcano watch whale wheel window windmill
        """)

    private static let japanese = words(
        """
        りんご はし らくだ ろうそく しろ いす くも かに おうかん つくえ いるか とびら りゅう たいこ あひる みみ ぞう ひ さかな はた
        はな かえる おばけ きりん めがね ぎたー かなづち ぼうし はーと うま いえ こおり かぎ たこ ほうちょう はしご はっぱ とうだい
        らいおん つき やま ねずみ きのこ はな ふくろう えんぴつ ぺんぎん ぴあの うさぎ あめ にじ ゆびわ ろぼっと ろけっと よっと
        はさみ さめ ふね くつ かたつむり へび ゆきだるま くも すぷーん ほし たいよう かたな やかん てんと とら でんしゃ き かめ かさ
        かざん とけい くじら まど ふうしゃ
        """)

    private static let spanish = words(
        """
        manzana puente camello vela castillo silla nube cangrejo corona mesa delfín puerta dragón tambor pato oreja elefante
        fuego pez bandera flor tenedor rana fantasma jirafa gafas guitarra martillo sombrero corazón erizo caballo casa hielo
        llave cometa cuchillo escalera lámpara hoja faro león luna montaña ratón seta nariz pulpo búho palmera lápiz pingüino
        piano pirata pizza conejo lluvia arcoíris anillo robot cohete velero tijeras tiburón barco zapato caracol serpiente
        araña cuchara estrella sol espada tetera tienda tigre tren árbol tortuga paraguas volcán reloj ballena rueda ventana
        molino
        """)

    private static func words(_ text: String) -> [String] {
        var seen: Set<Substring> = []
        return text.split { $0 == " " || $0.isNewline }.filter { seen.insert($0).inserted }.map(String.init)
    }
}
