import ClientKit
import GtkKit
import MediaKit

/// The call that goes on: the others in a grid, oneself in a corner, how it goes, and its buttons. The chat goes on below.
@MainActor final class CallStage {
    var widget: Revealer { place.widget }
    let controls = CallControls()
    private let place: StagePlace
    private let grid = Box(.vertical, spacing: 2)
    private let own = Picture()
    /// As large as it says, whatever the camera's pictures are.
    private let ownSize = Box(.vertical)
    private let ownFrame: Overlay
    private static let ownMargin = 8
    private let status = Label("", classes: "mado-call-status")
    private let heading: Box
    private let level = LevelBar(label: tr("How loud you are"))
    private var tiles: [String: CallTile] = [:]
    private var order: [String] = []
    private var rowLength = 0
    private var fillsHeight = false
    private var ticking: MainLoop.Repeating?
    private(set) var call: Call?
    private var pictures: PictureCache?
    private let desk: CallDesk
    /// What ended a moment ago, in words.
    private var farewell: String?

    var onChange: @MainActor () -> Void = {}
    var onError: @MainActor (String) -> Void = { _ in }
    var isShown: Bool { call != nil && !place.isOutside }

    init(desk: CallDesk) {
        self.desk = desk
        grid.setExpands(horizontally: true, vertically: true)
        grid.isHomogeneous = true
        let overlay = Overlay(grid)
        overlay.setExpands(horizontally: true, vertically: true)
        own.setCovers(true)
        ownFrame = Overlay(ownSize)
        ownFrame.add(own)
        ownFrame.addClass("mado-call-own")
        // Away from the heading, which may be as wide as the window.
        ownFrame.setAlignment(horizontal: .end, vertical: .end)
        ownFrame.setMargins(Self.ownMargin)
        status.setEllipsizes()
        status.alignment = 0
        level.setSizeRequest(width: 44)
        level.setAlignment(vertical: .center)
        heading = Box(row: 8, status, level)
        heading.addClass("mado-call-heading")
        heading.setAlignment(horizontal: .start, vertical: .start)
        heading.setMargins(8)
        overlay.add(ownFrame)
        overlay.add(heading)
        place = StagePlace(picture: overlay, below: controls.widget)
        place.addClass("mado-call")
        sizeOwn()
        connect()
    }

    private func connect() {
        controls.mute.onToggle { [weak self] isOn in self?.act { $0.desk.setMuted(isOn, $1) } }
        controls.camera.onToggle { [weak self] isOn in self?.act { $0.setCamera(!isOn, $1) } }
        controls.hold.onToggle { [weak self] isOn in self?.act { $0.desk.setOnHold(isOn, $1) } }
        controls.share.onToggle { [weak self] isOn in self?.act { $0.setSharing(isOn, $1) } }
        controls.hangUp.onClick { [weak self] in
            guard let self, let call else { return }
            desk.hangUp(call)
        }
        controls.popOut.onClick { [weak self] in self?.place.toggleOutside() }
        controls.full.onClick { [weak self] in self?.place.toggleFullscreen() }
        place.onKey { [weak self] in self?.press($0) ?? false }
        place.title = { [weak self] in self?.call.map(CallTexts.title) ?? "" }
        place.isWanted = { [weak self] in self?.call != nil }
        place.onChange = { [weak self] in
            self?.shapeChanged()
            self?.onChange()
        }
    }

    private func act(_ body: (CallStage, Call) -> Void) {
        guard !controls.isShowing, let call else { return }
        body(self, call)
        update()
    }

    /// m: sound, c: camera, h: hold, f: full screen.
    private func press(_ key: Int) -> Bool {
        switch key {
        case 0x6d: controls.mute.isOn.toggle()
        case 0x63: controls.camera.isOn.toggle()
        case 0x68 where call?.isConference == false: controls.hold.isOn.toggle()
        case 0x66: place.toggleFullscreen()
        case Key.escape where place.isOutside: place.isFullscreen ? place.toggleFullscreen() : place.bringBack()
        default: return false
        }
        return true
    }

    // MARK: Showing

    func show(_ call: Call?, pictures: PictureCache?) {
        guard call !== self.call else { return }
        self.call?.changes.stop(self)
        self.call = call
        self.pictures = pictures
        ticking?.stop()
        ticking = nil
        tiles = [:]
        order = []
        own.setTexture(nil)
        guard let call else {
            controls.closePopovers()
            place.bringBack()
            widget.isRevealed = false
            grid.removeAll()
            return onChange()
        }
        call.changes.observe(self) { [weak self] change in
            switch change {
            case .figures: self?.showFigures()
            case .missed(let user, let end): self?.tell(user, end)
            case .phase, .people, .own: self?.update()
            }
        }
        ticking = MainLoop.every(milliseconds: 1000) { [weak self] in
            self?.showStatus()
            return self?.call != nil
        }
        update()
        widget.isRevealed = true
        onChange()
    }

    private func update() {
        guard let call else { return }
        if let media = call.media as? CallMediaAdapter { listen(media) }
        let present = call.present.isEmpty ? call.people : call.present
        if present != order { lay(out: present) }
        for user in present { showPerson(user, call) }
        let media = call.media as? CallMediaAdapter
        let showsOwn = (media?.hasPicture ?? false) && (call.isCameraOn || media?.isSharing == true)
        ownFrame.isVisible = showsOwn
        for user in present { tiles[user]?.leaveRoom(showsOwn && user == present.last ? ownWidth + Self.ownMargin : 0) }
        // The bridge knows of no holding.
        controls.hold.isVisible = !call.isConference
        level.isVisible = media?.hasMicrophone ?? false
        controls.show(
            isMuted: call.isMuted, isCameraOn: call.isCameraOn && media?.hasPicture == true, isOnHold: call.isOnHold,
            isSharing: media?.isSharing ?? false)
        let showsPictures = call.kind == .video || showsOwn || present.contains { call.showsPicture($0) }
        place.setHeight(showsPictures ? 270 : 166)
        showStatus()
    }

    private func showPerson(_ user: String, _ call: Call) {
        let person = call.account.person(user)
        tiles[user]?.show(
            person, pictures: pictures, showsPicture: call.showsPicture(user), isScreen: call.showsScreen(user),
            isSilent: call.isSilent(user), text: CallTexts.person(user, call), hasLabel: order.count > 1)
    }

    private func listen(_ media: CallMediaAdapter) {
        media.onFrame = { [weak self] user, texture in
            guard let self else { return }
            guard let user else { return own.setTexture(texture) }
            if call?.showsPicture(user) == true { tiles[user]?.show(texture) }
        }
        media.onLevel = { [weak self] user, level in
            if let user { self?.tiles[user]?.show(level: level) } else { self?.level.value = level }
        }
        media.onError = { [weak self] in self?.onError(tr("A device has stopped working: %@", $0)) }
        media.onPicture = { [weak self] in self?.pictureChanged(isFirst: $0) }
        media.onWindowChoice = { [weak self] windows, choose in self?.controls.offer(windows, choose) }
        media.onSharingFailed = { [weak self] failure in
            if let words = Words.screen(failure) { self?.onError(words) }
        }
    }

    /// One beside another up to two, then in rows of two, then of three; in a column one below another up to three, then in
    /// rows of two.
    private func perRow(_ count: Int) -> Int {
        if fillsHeight && !place.isOutside { return count <= 3 ? 1 : 2 }
        return count <= 4 ? 2 : 3
    }

    private func lay(out present: [String]) {
        grid.removeAll()
        order = present
        rowLength = perRow(present.count)
        tiles = Dictionary(
            uniqueKeysWithValues: present.map { user in
                (user, tiles[user] ?? CallTile(avatarSize: present.count == 1 ? 72 : 48))
            })
        var rest = present[...]
        while !rest.isEmpty {
            let row = Box(.horizontal, spacing: 2)
            row.isHomogeneous = true
            for user in rest.prefix(rowLength) { if let tile = tiles[user] { row.append(tile.widget) } }
            rest = rest.dropFirst(rowLength)
            grid.append(row)
        }
    }

    private func showStatus() {
        guard let call else { return }
        status.text = CallTexts.status(call)
        heading.setClass("weak", CallTexts.isWeak(call))
    }

    private func showFigures() {
        showStatus()
        if let call { controls.show(details: CallTexts.facts(call)) }
    }

    private func tell(_ user: String, _ end: CallEnd) {
        guard let call, call.since != nil || end != .hungUp else { return }
        let words = Words.end(end, call.account.person(user).displayName)
        if !words.isEmpty, end != .hungUp { onError(words) }
    }

    // MARK: Acting

    private func setCamera(_ isOn: Bool, _ call: Call) {
        guard isOn else { return turnCamera(false, call) }
        CameraAccess.prepare { [weak self] in
            if let self, self.call === call { turnCamera(true, call) }
        }
    }

    private func turnCamera(_ isOn: Bool, _ call: Call) {
        let media = call.media as? CallMediaAdapter
        let had = media?.hasPicture ?? false
        desk.setCamera(isOn, call)
        guard let media, isOn, !media.hasPicture else {
            // A call without pictures gets another connection that has one.
            if media?.hasPicture == true, !had { desk.renew(call) }
            return
        }
        desk.setCamera(false, call)
        onError(Words.noCamera)
    }

    private func setSharing(_ isOn: Bool, _ call: Call) {
        (call.media as? CallMediaAdapter)?.setSharing(isOn)
    }

    private func pictureChanged(isFirst: Bool) {
        guard let call else { return }
        if (call.media as? CallMediaAdapter)?.hasPicture == true {
            // Tells the others what the picture is.
            desk.setMuted(call.isMuted, call)
        } else {
            // There is no camera whose picture could come after the screen's.
            desk.setCamera(false, call)
        }
        if isFirst { desk.renew(call) }
        update()
    }

    /// Whether it takes the height that there is, in a column of its own.
    func setFillsHeight(_ on: Bool) {
        place.setFillsHeight(on)
        guard on != fillsHeight else { return }
        fillsHeight = on
        shapeChanged()
    }

    private func shapeChanged() {
        sizeOwn()
        guard call != nil, perRow(order.count) != rowLength else { return }
        lay(out: order)
        update()
    }

    /// Small above the lists, where it covers what the others show.
    private func sizeOwn() { ownSize.setSizeRequest(width: ownWidth, height: ownWidth * 3 / 4) }

    private var ownWidth: Int { fillsHeight || place.isOutside ? 144 : 88 }
}
