import Foundation
import Testing

@testable import HTTP

/// Compares our parser with that of Node's http server (llhttp, strict).
///
/// Both must read the same complete requests from the same bytes, and both end with all bytes used up, or both not.
/// (When a refusal is noticed is no difference: we judge whole lines, Node single bytes.) Any disagreement that is not
/// of a kind listed in `HTTP1Disagreement` fails.
@Suite struct HTTP1DifferentialTests {
    private static let isPossible: Bool = {
        if NodeParser.executable != nil || NodeParser.isInCI { return true }
        let warning = "WARNING: node is not installed; the HTTP/1 parser was NOT compared with it\n"
        FileHandle.standardError.write(Data(warning.utf8))
        return false
    }()

    @Test(.enabled(if: isPossible, "node is not installed"))
    func agreesWithNode() throws {
        var generator = HTTP1DifferentialCases()
        let hand = HTTP1DifferentialCases.handMade.map { Array($0.utf8) }
        let combined = generator.combined(200)
        let inputs = hand + combined + generator.mutated(hand + combined, count: 3_000)
        let (version, opinions) = try NodeParser.opinions(on: inputs)
        let listed = HTTP1Disagreement.known(by: version)
        var seen: Set<HTTP1Disagreement> = []
        for (input, node) in zip(inputs, opinions) {
            let mado = HTTP1Reading(input)
            let theirs = HTTP1Reading(node)
            if mado.agrees(with: theirs) { continue }
            if let known = listed.first(where: { $0.explains(mado, theirs, input) }) {
                seen.insert(known)
                continue
            }
            Issue.record("\(version): \(String(decoding: input, as: UTF8.self).debugDescription)\n\(mado)\n\(theirs)")
        }
        // A reason that nothing needs any more is a hole. (Other versions of Node may well need fewer.)
        if version.hasPrefix("v18.") || version.hasPrefix("v20.") {
            #expect(Set(listed).subtracting(seen).isEmpty)
        }
    }
}
