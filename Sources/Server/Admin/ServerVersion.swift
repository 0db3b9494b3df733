/// What is running.
package enum ServerVersion {
    package static let string = "0.1.0"
}
