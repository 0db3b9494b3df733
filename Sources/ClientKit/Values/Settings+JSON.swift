import JSON

extension Settings {
    /// What the file says; what it does not say, or says wrong, is as always.
    init(_ value: JSONValue) {
        self.init()
        func flag(_ name: String, _ field: WritableKeyPath<Settings, Bool>) {
            if let flag = value[name]?.bool { self[keyPath: field] = flag }
        }
        flag("start_at_login", \.startAtLogin)
        flag("close_hides", \.closeHides)
        flag("always_on_top", \.alwaysOnTop)
        flag("notifications", \.notifications)
        flag("notification_preview", \.notificationPreview)
        flag("send_typing", \.sendTyping)
        flag("send_receipts", \.sendReceipts)
        flag("reduced_motion", \.reducedMotion)
        if let from = value["quiet_from"]?.int, let to = value["quiet_to"]?.int {
            let minutes: Range<Int64> = 0..<1440
            if minutes.contains(from), minutes.contains(to) { quietHours = QuietHours(from: Int(from), to: Int(to)) }
        }
        if let minutes = value["away_after_minutes"]?.int { awayAfterMinutes = Int(clamping: max(0, minutes)) }
        if let limit = value["store_limit_megabytes"]?.int { storeLimitMegabytes = Int(min(max(10, limit), 1 << 20)) }
        if let scheme = value["colour_scheme"]?.string.flatMap(ColourScheme.init) { colourScheme = scheme }
        if let scale = value["text_scale"]?.double { textScale = min(max(0.5, scale), 4) }
        if let speed = value["ticker_speed"]?.int { tickerSpeed = Int(min(max(0, speed), 400)) }
        language = value["language"]?.string
        for program in value["programs"]?.array ?? JSONValue.emptyArray {
            guard let name = program["name"]?.string, let command = program["command"]?.string, !name.isEmpty,
                !command.isEmpty, !programs.contains(where: { $0.name == name })
            else { continue }
            programs.append(RegisteredProgram(name: name, command: command))
        }
        camera = value["camera"]?.string
        microphone = value["microphone"]?.string
        loudspeaker = value["loudspeaker"]?.string
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("start_at_login", startAtLogin)
            object.member("close_hides", closeHides)
            object.member("always_on_top", alwaysOnTop)
            object.member("notifications", notifications)
            object.member("notification_preview", notificationPreview)
            object.memberIfPresent("quiet_from", quietHours?.from)
            object.memberIfPresent("quiet_to", quietHours?.to)
            object.member("away_after_minutes", awayAfterMinutes)
            object.member("store_limit_megabytes", storeLimitMegabytes)
            object.member("colour_scheme", colourScheme.rawValue)
            object.member("text_scale", textScale.isFinite ? textScale : 1)
            object.memberIfPresent("language", language)
            object.member("send_typing", sendTyping)
            object.member("send_receipts", sendReceipts)
            object.member("reduced_motion", reducedMotion)
            object.member("ticker_speed", tickerSpeed)
            object.array("programs") { array in
                for program in programs {
                    array.object { object in
                        object.member("name", program.name)
                        object.member("command", program.command)
                    }
                }
            }
            object.memberIfPresent("camera", camera)
            object.memberIfPresent("microphone", microphone)
            object.memberIfPresent("loudspeaker", loudspeaker)
        }
    }
}
