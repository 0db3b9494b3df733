/// Somebody who wants to be called when a loop has done its events and jobs, before it sleeps: to write once what
/// several of them produced.
package protocol TurnEndHandler: AnyObject {
    func turnEnded()
}
