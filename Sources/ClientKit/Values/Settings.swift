/// What the user has set for the whole program.
package struct Settings: Sendable, Equatable {
    package enum ColourScheme: String, Sendable, CaseIterable { case system, light, dark }

    /// When no notifications appear, in minutes of the day (0…1439), local time; may cross midnight.
    package struct QuietHours: Sendable, Equatable {
        package var from: Int
        package var to: Int

        package init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }

        package func contains(minute: Int) -> Bool {
            from <= to ? (from..<to).contains(minute) : minute >= from || minute < to
        }
    }

    package var startAtLogin = false
    /// Closing the window keeps the program running.
    package var closeHides = true
    package var alwaysOnTop = false
    package var notifications = true
    /// Whether notifications show what was written.
    package var notificationPreview = true
    package var quietHours: QuietHours?
    /// 0: never.
    package var awayAfterMinutes = 10
    /// How much of media is kept for each account.
    package var storeLimitMegabytes = 1024
    package var colourScheme = ColourScheme.system
    package var textScale = 1.0
    /// A language's code, nil for the system's.
    package var language: String?
    package var sendTyping = true
    package var sendReceipts = true
    package var reducedMotion = false
    /// How fast news run through the window, in pixels a second; 0 turns pages.
    package var tickerSpeed = 45
    /// What the server may ask this computer to start; nothing unless the user has put it here.
    package var programs: [RegisteredProgram] = []
    /// Names of the devices for calls; nil takes the system's first.
    package var camera: String?
    package var microphone: String?
    package var loudspeaker: String?

    package init() {}
}
