/// How patient a ``SyncConnection`` is. Tests shorten it.
package struct SyncTiming: Sendable {
    /// A stream's first byte has to be there by then, or somebody on the way holds it back.
    package var streamOpening: Duration = .seconds(10)
    /// The longest silence of a stream; Mado sends a comment every 15 seconds.
    package var streamSilence: Duration = .seconds(40)
    /// A stream that is cut earlier costs more than it is worth.
    package var streamWorthwhile: Duration = .seconds(60)
    /// So many streams cut early, one after the other, and polls are tried.
    package var streamCuts = 3
    /// How long a poll waits for news, in seconds.
    package var pollSeconds = 50
    package var shortestPollSeconds = 5
    /// So many polls cut, one after the other, and shorter ones are tried.
    package var pollCuts = 2
    /// What a poll's answer may take beyond its wait.
    package var answerSlack: Duration = .seconds(20)
    /// A cut that comes earlier says nothing about how long the network lets a poll wait.
    package var meaningfulCut: Duration = .seconds(3)
    /// How long to be content with less than a stream before trying something better.
    package var betterAfter: Duration = .seconds(3600)
    package var firstRetry: Duration = .seconds(1)
    package var longestRetry: Duration = .seconds(300)

    package init() {}
}
