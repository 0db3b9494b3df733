import Glibc

/// nginx with ready answers, beside which ours are measured.
///
/// `@unchecked Sendable`: every use is on the loop.
final class NginxServer: @unchecked Sendable {
    let port: UInt16
    let securePort: UInt16
    let process: ChildProcess
    private let folder: TemporaryFolder

    /// Starts it with one worker per core, as the server has one loop per core.
    /// - Parameters:
    ///   - bodies: what it answers at /0, /1, …
    ///   - module: the name of a module to load.
    ///   - locations: further ones, as they stand in the configuration; `$FOLDER` is its folder.
    static func start(
        _ bench: Bench, bodies: [[UInt8]], module: String? = nil, locations: String = ""
    ) async throws -> NginxServer {
        let server = try NginxServer(bench, bodies: bodies, module: module, locations: locations)
        for _ in 0..<500 {
            guard server.process.isRunning else { throw BenchError("nginx ended:\n\(server.process.logTail)") }
            if let client = try? SetupClient(bench.context, port: server.port),
                let answer = try? await client.request("GET", "/0"), answer.status == 200
            {
                return server
            }
            await bench.context.sleep(.milliseconds(10))
        }
        throw BenchError("nginx does not answer:\n\(server.process.logTail)")
    }

    private init(_ bench: Bench, bodies: [[UInt8]], module: String?, locations: String) throws {
        folder = try TemporaryFolder(in: bench.folder, name: "nginx")
        port = try LoopbackPort.free()
        securePort = try LoopbackPort.free()
        try Self.makeCertificate(in: folder.path)
        let file = folder.path + "/nginx.conf"
        let module = module.map { "load_module /usr/lib/nginx/modules/\($0).so;\n" } ?? ""
        let configuration = Self.configuration(
            folder: folder.path, port: port, securePort: securePort, bodies: bodies, locations: locations)
        try SystemCall.write(module + configuration, to: file)
        process = try ChildProcess(
            [bench.nginx, "-p", folder.path, "-c", file, "-e", folder.path + "/error.log"],
            logFile: folder.path + "/log")
    }

    deinit {
        process.stop()
    }

    private static func makeCertificate(in folder: String) throws {
        let openssl = try ChildProcess(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", folder + "/key.pem", "-out", folder + "/certificate.pem", "-days", "2", "-subj",
                "/CN=localhost",
            ], logFile: folder + "/openssl.log")
        openssl.wait()
    }

    /// Where it keeps its things.
    var folderPath: String { folder.path }

    private static func configuration(
        folder: String, port: UInt16, securePort: UInt16, bodies: [[UInt8]], locations: String
    ) -> String {
        // Its own user, whom it takes when it is started by root, has no right to the folder.
        var text = geteuid() == 0 ? "user root;\n" : ""
        text += """
            daemon off;
            worker_processes auto;
            worker_rlimit_nofile 65536;
            pid \(folder)/nginx.pid;
            error_log \(folder)/error.log;
            events { worker_connections 25000; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                keepalive_timeout 3600s;
                default_type application/json;
                client_body_temp_path \(folder)/body;
                proxy_temp_path \(folder)/proxy;
                fastcgi_temp_path \(folder)/fastcgi;
                uwsgi_temp_path \(folder)/uwsgi;
                scgi_temp_path \(folder)/scgi;
                ssl_certificate \(folder)/certificate.pem;
                ssl_certificate_key \(folder)/key.pem;
                server {
                    listen 127.0.0.1:\(port) reuseport backlog=4096;
                    listen 127.0.0.1:\(securePort) ssl http2 reuseport backlog=4096;

            """
        for (index, body) in bodies.enumerated() {
            // The same size; the same text would need nginx's escapes.
            let filling = String(repeating: "x", count: max(0, body.count - 2))
            text += "        location = /\(index) { return 200 '\"\(filling)\"'; }\n"
        }
        return text + locations.replacing("$FOLDER", with: folder) + "    }\n}\n"
    }
}
