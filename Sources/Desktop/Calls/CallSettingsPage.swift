import ClientKit
import GtkKit
import MediaKit

/// Camera, microphone and loudspeaker for calls, and trying them.
@MainActor final class CallSettingsPage {
    let page = PreferencesPage(title: tr("Calls"), icon: "mado-voice-call-symbolic", name: "calls")
    private let model: ClientModel
    private let test = Button(tr("Test"))
    private let picture = Picture()
    private let level = LevelBar(label: tr("How loud the microphone is"))
    private let place: Revealer
    private var pipeline: CallPipeline?
    /// Milliseconds; a loudspeaker that was asleep swallows the beginning.
    private static let toneLength = 1200
    var onError: @MainActor (String) -> Void = { _ in }

    init(model: ClientModel) {
        self.model = model
        picture.setAlternative(tr("Picture of the camera"))
        picture.setSizeRequest(width: 240, height: 180)
        level.setMargins(8)
        place = Revealer(Box(column: 0, picture, level))
        let devices = PreferencesGroup(title: tr("Devices"))
        devices.add(row(tr("Camera"), .camera, \.camera))
        devices.add(row(tr("Microphone"), .microphone, \.microphone))
        devices.add(row(tr("Loudspeaker"), .loudspeaker, \.loudspeaker))
        page.add(devices)
        let trying = PreferencesGroup()
        let line = ActionRow(
            tr("Test the devices"),
            subtitle: tr("Plays a tone, and shows the picture and how loud the microphone is; nobody else gets it"))
        test.setAlignment(vertical: .center)
        test.onClick { [weak self] in self?.toggle() }
        line.addSuffix(test)
        line.setActivates(test)
        trying.add(line)
        trying.add(place)
        page.add(trying)
    }

    private func row(
        _ title: String, _ kind: MediaDevices.Kind, _ path: WritableKeyPath<Settings, String?>
    ) -> ActionRow {
        let names = MediaDevices.names(kind)
        let row = ActionRow(title, subtitle: names.isEmpty ? tr("Nothing to choose from") : "")
        guard !names.isEmpty else { return row }
        let choice = DropDown([tr("As the system")] + names, label: title)
        choice.selected = model.settings[keyPath: path].flatMap { names.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        choice.onSelect { [weak self] index in
            guard let self else { return }
            var settings = model.settings
            settings[keyPath: path] = index > 0 && index <= names.count ? names[index - 1] : nil
            model.settings = settings
            if pipeline != nil {
                stop()
                toggle()
            }
        }
        row.addSuffix(choice)
        return row
    }

    private func toggle() {
        guard pipeline == nil else { return stop() }
        CameraAccess.prepare { [weak self] in self?.start() }
    }

    private func start() {
        guard pipeline == nil else { return }
        do {
            let made = try CallPipeline(CallPart.choice(model.settings), wantsPicture: true)
            made.onFrame = { [weak self] in self?.picture.setTexture($0) }
            made.onLevel = { [weak self] in self?.level.value = $0 }
            made.onError = { [weak self] in self?.onError(tr("A device has stopped working: %@", $0)) }
            made.onPictureLost = { [weak self] in self?.lostPicture($1) }
            made.setTone(true)
            MainLoop.after(milliseconds: Self.toneLength) { [weak made] in made?.setTone(false) }
            pipeline = made
            picture.isVisible = made.hasPicture
            level.isVisible = made.hasMicrophone
            if !made.hasPicture { onError(Words.noCamera) }
            place.isRevealed = true
            test.setLabel(tr("Stop"))
        } catch {
            onError(tr("Neither sound nor picture can be had: %@", Words.media(error)))
        }
    }

    private func lostPicture(_ text: String) {
        picture.isVisible = false
        onError(tr("A device has stopped working: %@", text))
    }

    /// To be called when the window goes.
    func stop() {
        pipeline?.close()
        pipeline = nil
        place.isRevealed = false
        test.setLabel(tr("Test"))
    }
}
