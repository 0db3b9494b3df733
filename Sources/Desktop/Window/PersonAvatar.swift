import ClientKit
import GtkKit

/// The picture of a person, with a dot that says whether one can be reached.
@MainActor final class PersonAvatar {
    let widget: Overlay
    private let avatar: Avatar
    private let dot = Box(.horizontal)
    private var shownPicture: String?
    private var dotClass = ""

    init(size: Int, hasDot: Bool = true) {
        avatar = Avatar(size: size)
        widget = Overlay(avatar)
        widget.setAlignment(horizontal: .center, vertical: .center)
        dot.addClass("mado-dot")
        dot.setAlignment(horizontal: .end, vertical: .end)
        if hasDot { widget.add(dot) }
        dot.isVisible = false
    }

    func show(_ person: Person, pictures: PictureCache?) {
        show(name: person.displayName, picture: person.avatar, pictures: pictures)
        show(person.presence.availability)
    }

    /// - Parameter isGroup: of several people, without letters.
    func show(name: String, picture: MediaReference?, pictures: PictureCache?, isGroup: Bool = false) {
        avatar.setName(name)
        avatar.setIcon(isGroup ? "system-users-symbolic" : "avatar-default-symbolic")
        guard shownPicture != picture?.uri else { return }
        shownPicture = picture?.uri
        avatar.setTexture(nil)
        guard let picture else { return }
        pictures?.texture(picture, size: 96) { [weak self] texture in
            guard let self, shownPicture == picture.uri else { return }
            avatar.setTexture(texture)
        }
    }

    func show(_ availability: Availability) {
        if !dotClass.isEmpty { dot.removeClass(dotClass) }
        dotClass =
            switch availability {
            case .ready: "ready"
            case .away: "away"
            case .busy: "busy"
            case .offline, .invisible: "offline"
            case .unknown: ""
            }
        dot.isVisible = !dotClass.isEmpty
        if !dotClass.isEmpty { dot.addClass(dotClass) }
    }

    func hideDot() { dot.isVisible = false }
}
