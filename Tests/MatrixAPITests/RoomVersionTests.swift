import MatrixAPI
import Testing

@Suite struct RoomVersionTests {
    @Test func namesAreThoseOfTheSpecification() {
        #expect(RoomVersion.allCases.map(\.rawValue) == ["10", "11", "12"])
        #expect(RoomVersion(rawValue: "9") == nil)
        #expect(RoomVersion(rawValue: "010") == nil)
    }

    @Test func versionsDiffer() {
        #expect(RoomVersion.allCases.map(\.creatorInCreateEvent) == [true, false, false])
        #expect(RoomVersion.allCases.map(\.redactsInContent) == [false, true, true])
        #expect(RoomVersion.allCases.map(\.roomIDIsCreateEventHash) == [false, false, true])
        #expect(RoomVersion.allCases.map(\.privilegedCreators) == [false, false, true])
        #expect(RoomVersion.allCases.map(\.redactionRules) == [.v9, .v11, .v11])
    }
}
