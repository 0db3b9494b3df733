import ClientKit
import GtkKit

/// One person of a call: their picture, or who they are while there is none.
@MainActor final class CallTile {
    let widget: Overlay
    private let picture = Picture()
    private let face = Box(.vertical, spacing: 8)
    private let avatar: PersonAvatar
    private let title = Label("", classes: "mado-call-person")
    private let words = Label("", classes: "mado-call-words")
    private let name = Label("", classes: "mado-call-name")
    private let muted = Image(icon: "microphone-sensitivity-muted-symbolic", size: 14)
    private let mutedFace = Image(icon: "microphone-sensitivity-muted-symbolic", size: 16)
    private let label: Box
    private var hasFrame = false
    private var showsPicture = false
    private var isScreen = false
    private var hasLabel = false
    private var isSilent = false
    private var spoken = ""

    init(avatarSize: Int) {
        avatar = PersonAvatar(size: avatarSize, hasDot: false)
        picture.setExpands(horizontally: true, vertically: true)
        widget = Overlay(picture)
        widget.addClass("mado-call-tile")
        widget.setExpands(horizontally: true, vertically: true)
        words.setWraps(true)
        words.setJustified(center: true)
        face.append(avatar.widget)
        let heading = Box(row: 6, mutedFace, title)
        heading.setAlignment(horizontal: .center)
        face.append(heading)
        face.append(words)
        face.setAlignment(horizontal: .center, vertical: .center)
        widget.add(face)
        name.setEllipsizes()
        label = Box(row: 5, muted, name)
        label.addClass("mado-call-label")
        label.setAlignment(horizontal: .start, vertical: .end)
        label.setMargins(6)
        widget.add(label)
    }

    /// - Parameters:
    ///   - showsPicture: whether the person shows one.
    ///   - isScreen: whether that is one of a screen.
    ///   - text: what is the matter while there is no picture.
    func show(
        _ person: Person, pictures: PictureCache?, showsPicture: Bool, isScreen: Bool, isSilent: Bool, text: String,
        hasLabel: Bool
    ) {
        avatar.show(person, pictures: pictures)
        avatar.hideDot()
        name.text = person.displayName
        title.text = person.displayName
        words.text = text
        words.isVisible = !text.isEmpty
        muted.isVisible = isSilent
        mutedFace.isVisible = isSilent
        self.hasLabel = hasLabel
        self.isSilent = isSilent
        self.showsPicture = showsPicture
        self.isScreen = isScreen
        if !showsPicture {
            picture.setTexture(nil)
            hasFrame = false
        }
        spoken = person.displayName
        if isSilent { spoken += ", " + tr("without sound") }
        if !text.isEmpty { spoken += ", " + text }
        describe()
    }

    /// Cuts the name rather than have it covered by something at the end of its line, so many pixels wide.
    func leaveRoom(_ width: Int) { label.setMargins(end: 6 + width) }

    private func describe() {
        let isShown = showsPicture && hasFrame
        face.isVisible = !isShown
        name.isVisible = hasLabel
        // Where there is no picture all of it stands in the middle.
        label.isVisible = isShown && (hasLabel || isSilent)
        picture.setAlternative(
            isShown ? isScreen ? tr("Screen of %@", spoken) : tr("Picture of %@", spoken) : spoken)
    }

    func show(_ texture: Texture) {
        picture.setTexture(texture)
        picture.setCovers(!isScreen && isNearly(texture))
        guard !hasFrame else { return }
        hasFrame = true
        describe()
    }

    /// Whether a person's picture may fill the place, because little of it is cut away then.
    private func isNearly(_ texture: Texture) -> Bool {
        let place = Double(max(1, widget.width)) / Double(max(1, widget.height))
        let shape = Double(max(1, texture.pixelWidth)) / Double(max(1, texture.pixelHeight))
        return min(place, shape) / max(place, shape) > 0.7
    }

    /// Who speaks stands out.
    func show(level: Double) { widget.setClass("speaks", level > 0.55) }
}
