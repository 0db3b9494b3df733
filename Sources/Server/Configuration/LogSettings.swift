/// What is written to the log, and how.
package struct LogSettings: Sendable, Equatable {
    package var level = LogLevel.info
    package var format = LogFormat.text

    package init() {}
}
