import EventLoop
import Foundation
import HTTP
import JSON
import MatrixAPI
import Store
import TestSupport
import Testing

@testable import Server

@Suite struct MediaThumbnailTests {
    private let portrait = DemonstrationPortrait(ground: 0xBBD7EA, skin: 0xEFC9A4, hair: 0x1F1C1A, clothes: 0, .short)

    /// Width and height of a JPEG, from its frame header.
    private func jpegSize(_ bytes: [UInt8]) throws -> [Int] {
        var index = 2
        while index + 9 < bytes.count {
            let length = Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
            if (0xC0...0xC2).contains(bytes[index + 1]) {
                return [
                    Int(bytes[index + 7]) << 8 | Int(bytes[index + 8]),
                    Int(bytes[index + 5]) << 8 | Int(bytes[index + 6]),
                ]
            }
            index += 2 + length
        }
        throw MediaStorageError.full
    }

    @Test func picturesAreMadeSmallerOnce() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let id = try await hanako.uploaded(portrait.png(), type: "image/png")
            for path in ["client/v1/media", "media/v3", "media/r0"] {
                let answer = await hanako.get("/_matrix/\(path)/thumbnail/\(id)?width=64&height=64&method=crop")
                #expect(answer.status == 200)
                #expect(answer.headers.first(named: "content-type") == "image/jpeg")
                #expect(answer.headers.first(named: "content-disposition") == "inline; filename=\"thumbnail.jpeg\"")
                #expect(answer.headers.first(named: "content-length") == String(answer.bytes.count))
                #expect(try jpegSize(answer.bytes) == [96, 96])
            }
            #expect(media.files(in: "thumbnails").map { $0.suffix(10) } == ["96x96-crop"])
            // Never made larger than it is.
            let large = await hanako.get("/_matrix/client/v1/media/thumbnail/\(id)?width=700&height=500&method=scale")
            #expect(try jpegSize(large.bytes) == [256, 256])
        }
    }

    @Test func whatIsNoPictureIsSaidToBeNone() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let broken = Array(portrait.png().prefix(20))
            for (bytes, type) in [(Array("<svg/>".utf8), "image/svg+xml"), (broken, "image/png"), ([], "image/png")] {
                let id = try await hanako.uploaded(bytes, type: type)
                for _ in 0..<2 {
                    let answer = await hanako.get("/_matrix/client/v1/media/thumbnail/\(id)?width=9&height=9")
                    #expect(answer.status == 400)
                    #expect(answer.error == "M_UNKNOWN")
                }
            }
            #expect(media.files(in: "incoming") == [])
        }
    }

    /// A picture of 30000 by 30000 that is a few kilobytes as a file.
    @Test func aBombIsNotDecoded() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            var bomb = PNGEncoder.encode(width: 1, height: 1, pixels: [0, 0, 0])
            // The first chunk stands behind the signature and its length.
            let header = Array("IHDR".utf8) + [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 2, 0, 0, 0]
            bomb.replaceSubrange(12..<33, with: header + PNGEncoder.checksum(header))
            let id = try await hanako.uploaded(bomb, type: "image/png")
            let answer = await hanako.get("/_matrix/client/v1/media/thumbnail/\(id)?width=9&height=9")
            #expect(answer.status == 413)
            #expect(answer.error == "M_TOO_LARGE")
        }
    }

    @Test func parametersAreChecked() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let id = try await hanako.uploaded(portrait.png(), type: "image/png")
            for (query, code) in [
                ("", "M_MISSING_PARAM"), ("?width=9", "M_MISSING_PARAM"), ("?width=-1&height=9", "M_INVALID_PARAM"),
                ("?width=a&height=9", "M_INVALID_PARAM"), ("?width=9&height=9&method=melt", "M_INVALID_PARAM"),
            ] {
                let answer = await hanako.get("/_matrix/client/v1/media/thumbnail/\(id)\(query)")
                #expect(answer.status == 400)
                #expect(answer.error == code)
            }
        }
    }

    @Test func theProgramGivesUpItsRights() {
        let process = ThumbnailProcess(program: ThumbnailProcess.installedProgram)
        #expect(process.isInstalled)
        #expect(process.isSafe)
        #expect(!ThumbnailProcess(program: "/nowhere/mado-thumbnailer").isInstalled)
    }

    @Test func aMissingProgramIsToldToTheAdministrator() async throws {
        let folder = TemporaryFolder()
        let server = try RouteHarness()
        let media = MediaRepository(
            journal: server.journal, serverName: RouteHarness.serverName, storage: try MediaFolder(folder.path),
            thumbnailer: ThumbnailProcess(program: "/nowhere/mado-thumbnailer"), clock: server.clock.clock)
        let uri = try await media.add(portrait.png(), .init(type: "image/png"), by: UserID(unchecked: "@a:mado.test"))
        await #expect(throws: ThumbnailError.self) {
            try await media.thumbnail(uri.id, .serving(width: 9, height: 9, method: .crop))
        }
        // Not kept as a picture of which there can be none.
        #expect(SystemFile.names(in: folder.path + "/thumbnails") == [])
        await server.stop()
    }

    @Test(
        arguments: [
            (9, 9, .crop, "32x32-crop"), (33, 10, .crop, "96x96-crop"), (97, 97, .crop, "320x240-scale"),
            (9, 9, .scale, "320x240-scale"), (640, 480, .scale, "640x480-scale"), (5000, 1, .scale, "800x600-scale"),
        ] as [(Int, Int, ThumbnailSize.Method, String)])
    func sizesAreFew(width: Int, height: Int, method: ThumbnailSize.Method, expected: String) {
        #expect(ThumbnailSize.serving(width: width, height: height, method: method).description == expected)
    }
}
