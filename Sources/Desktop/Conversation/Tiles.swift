import ClientKit
import GtkKit

/// A picture, or the still of a film, in a message.
@MainActor enum PictureTile {
    static func widget(
        _ media: MediaReference, isVideo: Bool, context: MessageContext, onOpen: @escaping @MainActor () -> Void
    ) -> Widget {
        let size = fittingSize(media)
        let picture = Picture()
        picture.setSizeRequest(width: size.width, height: size.height)
        picture.setCovers(true)
        picture.addClass("mado-picture")
        let name = media.name ?? (isVideo ? tr("Video") : tr("Picture"))
        picture.setAlternative(name)
        let overlay = Overlay(picture)
        let waiting = Image(icon: isVideo ? "mado-video-symbolic" : "image-x-generic-symbolic", size: 36)
        waiting.addClass("mado-dim")
        waiting.setAlignment(horizontal: .center, vertical: .center)
        overlay.add(waiting)
        // A film shows its still behind the sign that it can be played.
        if let shown = isVideo ? media.thumbnail.map({ MediaReference(uri: $0) }) : media {
            context.pictures.texture(shown, size: 640) { texture in
                guard let texture else { return }
                picture.setTexture(texture)
                waiting.isVisible = isVideo
            }
        }
        if isVideo {
            waiting.setIcon("media-playback-start-symbolic")
            waiting.removeClass("mado-dim")
            waiting.addClass("mado-play")
        }
        let button = Button(child: overlay, label: isVideo ? tr("Play %@", name) : tr("Show %@", name))
        button.addClass("flat")
        button.addClass("mado-file")
        button.onClick(onOpen)
        return button
    }

    /// Within 280 x 240, proportions kept.
    static func fittingSize(_ media: MediaReference) -> (width: Int, height: Int) {
        guard let width = media.width, let height = media.height, width > 0, height > 0 else { return (240, 160) }
        let scale = min(1, min(280 / Double(width), 240 / Double(height)))
        return (max(48, Int(Double(width) * scale)), max(48, Int(Double(height) * scale)))
    }
}

/// A file in a message.
@MainActor enum FileTile {
    static func widget(_ media: MediaReference, act: @escaping @MainActor (MessageAction) -> Void) -> Widget {
        let name = Label(media.name ?? tr("File"), classes: "mado-title")
        name.alignment = 0
        name.setEllipsizes()
        name.setWidth(max: 30)
        let size = Label(media.size.map(Words.bytes) ?? "", classes: "mado-small", "mado-dim")
        size.alignment = 0
        let save = Button(icon: "document-save-symbolic", label: tr("Save %@", media.name ?? ""))
        save.addClass("flat")
        save.onClick { act(.save) }
        let lines = Box(column: 0, name, size)
        let open = Button(
            child: Box(row: 10, Image(icon: "text-x-generic-symbolic", size: 28), lines),
            label: tr("Open %@", media.name ?? ""))
        open.addClass("flat")
        open.addClass("mado-file")
        open.onClick { act(.open) }
        return Box(row: 4, open, save)
    }
}

/// Sound in a message, with its own play button and place.
@MainActor enum VoiceTile {
    private final class Observer {}

    static func widget(_ media: MediaReference, context: MessageContext) -> Widget {
        let play = Button(icon: "media-playback-start-symbolic", label: tr("Play"))
        play.addClass("circular")
        let place = ProgressBar()
        place.setAlignment(vertical: .center)
        place.setSizeRequest(width: 120)
        place.setExpands(horizontally: true)
        let whole = media.duration.map(Words.duration(milliseconds:)) ?? ""
        let time = Label(whole, classes: "mado-small")
        let voice = context.voice
        let account = context.conversation.account
        play.onClick { voice.toggle(media, account: account) }
        let update: @MainActor () -> Void = {
            let isCurrent = voice.current == media.uri
            let isPlaying = isCurrent && voice.isPlaying
            play.setIcon(isPlaying ? "media-playback-pause-symbolic" : "media-playback-start-symbolic")
            play.setAccessibleLabel(isPlaying ? tr("Pause") : tr("Play"))
            place.fraction = isCurrent ? voice.fraction : 0
            time.text = isPlaying ? Words.duration(milliseconds: voice.position) : whole
        }
        let tile = Box(row: 8, play, place, time)
        // Only while it can be seen, so that a row that is gone is not held.
        let observer = Observer()
        tile.on("map") {
            voice.changes.observe(observer) { _ in update() }
            update()
        }
        tile.on("unmap") { voice.changes.stop(observer) }
        return tile
    }
}
