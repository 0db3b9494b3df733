import Server
import Testing

@Suite struct MetricsTests {
    @Test func countersAndGaugesStandInTheExposition() {
        let metrics = Metrics()
        let requests = metrics.counter("mado_requests_total", "Requests.", labels: ["code": "200"])
        requests.add()
        requests.add(2)
        metrics.counter("mado_requests_total", "Requests.", labels: ["code": "500"]).add()
        metrics.gauge("mado_connections", "Open connections.").set(7)
        metrics.observe("mado_age_seconds", .gauge, "Age.") { 1.5 }
        #expect(
            metrics.exposition() == """
                # HELP mado_age_seconds Age.
                # TYPE mado_age_seconds gauge
                mado_age_seconds 1.5
                # HELP mado_connections Open connections.
                # TYPE mado_connections gauge
                mado_connections 7
                # HELP mado_requests_total Requests.
                # TYPE mado_requests_total counter
                mado_requests_total{code="200"} 3
                mado_requests_total{code="500"} 1

                """)
    }

    @Test func theSameNameIsTheSameFigure() {
        let metrics = Metrics()
        metrics.counter("a_total", "A.").add()
        metrics.counter("a_total", "A.").add()
        #expect(metrics.counter("a_total", "A.").value == 2)
    }

    @Test func histogramsAddUp() {
        let metrics = Metrics()
        let waits = metrics.histogram("wait_seconds", "Waits.", buckets: [0.1, 1], labels: ["kind": "sync"])
        waits.record(0.1)
        waits.record(.milliseconds(500))
        waits.record(7)
        #expect(
            metrics.exposition().split(separator: "\n").dropFirst(2) == [
                "wait_seconds_bucket{kind=\"sync\",le=\"0.1\"} 1",
                "wait_seconds_bucket{kind=\"sync\",le=\"1\"} 2",
                "wait_seconds_bucket{kind=\"sync\",le=\"+Inf\"} 3",
                "wait_seconds_sum{kind=\"sync\"} 7.6",
                "wait_seconds_count{kind=\"sync\"} 3",
            ])
    }

    @Test func labelsAndHelpAreEscaped() {
        let metrics = Metrics()
        metrics.gauge("g", "a\\b\nc", labels: ["l": "x\"y\\z\n"]).set(1)
        #expect(metrics.exposition() == "# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{l=\"x\\\"y\\\\z\\n\"} 1\n")
    }

    @Test func manyThreadsLoseNothing() async {
        let metrics = Metrics()
        let counter = metrics.counter("c_total", "C.")
        let histogram = metrics.histogram("h", "H.", buckets: [1])
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.add()
                        histogram.record(0.5)
                    }
                }
            }
        }
        #expect(counter.value == 8000)
        #expect(metrics.exposition().contains("h_count 8000\n"))
    }

    @Test func theProcessSpeaksOfItself() throws {
        let metrics = Metrics()
        ProcessFigures.register(in: metrics, version: "1.2.3")
        let text = metrics.exposition()
        func value(_ name: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap {
                Double($0.dropFirst(name.count + 1))
            }
        }
        #expect(try #require(value("process_resident_memory_bytes")) > 1_000_000)
        #expect(try #require(value("process_open_fds")) >= 3)
        #expect(try #require(value("process_max_fds")) > 3)
        #expect(try #require(value("process_cpu_seconds_total")) > 0)
        #expect(try #require(value("process_start_time_seconds")) > 1_700_000_000)
        #expect(text.contains("mado_build_info{version=\"1.2.3\"} 1\n"))
    }
}
