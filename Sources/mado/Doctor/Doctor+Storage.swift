import Glibc
import Server

extension Doctor {
    /// The folder itself: there, ours, closed to others, of this server name.
    func dataFolder() -> [Finding] {
        let subject = "data folder"
        guard SystemFile.exists(folder.path) else {
            return [.good(subject, "\(folder.path) is not there yet; `mado serve` makes it")]
        }
        guard SystemFile.isFolder(folder.path) else {
            return [.problem(subject, "\(folder.path) is no folder", do: "Give another place by --data.")]
        }
        var findings: [Finding] = []
        if access(folder.path, R_OK | W_OK | X_OK) != 0 {
            findings.append(
                .problem(
                    subject, "\(folder.path) cannot be written by this user",
                    do: "Run as the user that owns it, or: chown -R \(userName()) \(folder.path)"))
        }
        findings += openFiles(subject)
        if SystemFile.exists(folder.serverNameFile) {
            if let present = folder.serverName, present != configuration.serverName {
                findings.append(
                    .problem(
                        subject,
                        "its members belong to the server name \(present), the configuration says \(configuration.serverName)",
                        do: "Set server_name = \"\(present)\"; a server name cannot be changed."))
            }
        }
        return findings.isEmpty ? [.good(subject, "\(folder.path) is in order")] : findings
    }

    /// Files that others on the machine could read.
    private func openFiles(_ subject: String) -> [Finding] {
        let secrets = [
            folder.path, folder.databaseFile, folder.databaseFile + "-wal",
            LocalAuthority(folder: folder.certificatesFolder).keyFile,
            LocalAuthority(folder: folder.certificatesFolder).authorityKeyFile, folder.adminSocket,
        ]
        let open = secrets.filter { SystemFile.mode($0).map { $0 & 0o077 != 0 } ?? false }
        // A closed folder protects what is in it.
        if open.isEmpty || !open.contains(folder.path) && SystemFile.mode(folder.path).map({ $0 & 0o011 == 0 }) ?? false
        {
            return []
        }
        return [
            .warning(
                subject, "other users of this machine can read \(open.joined(separator: ", "))",
                do: "chmod go-rwx \(open.joined(separator: " "))")
        ]
    }

    /// Space and file entries left where the data is.
    func disk() -> [Finding] {
        let subject = "disk"
        var status = statvfs()
        let place = SystemFile.exists(folder.path) ? folder.path : "."
        guard statvfs(place, &status) == 0 else {
            return [.problem(subject, SystemError("statvfs", path: place).description, do: "Look at the file system.")]
        }
        if status.f_flag & UInt(ST_RDONLY) != 0 {
            return [
                .problem(
                    subject, "the file system of \(place) is read-only",
                    do: "Mount it writable, or look in the kernel's log for a failing disk.")
            ]
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let megabytes = free >> 20
        if status.f_files > 0, status.f_favail < 1000 {
            return [
                .problem(
                    subject, "only \(status.f_favail) files more fit on the file system",
                    do: "Remove files that are not needed.")
            ]
        }
        switch megabytes {
        case ..<200:
            return [
                .problem(
                    subject, "only \(megabytes) MiB are free; writes will fail soon",
                    do: "Make room on the file system of \(place), or give the data more.")
            ]
        case ..<2048:
            return [
                .warning(subject, "\(megabytes) MiB are free", do: "Plan for more room on the file system of \(place).")
            ]
        default: return [.good(subject, "\(megabytes >> 10) GiB are free")]
        }
    }

    /// The clock: times of messages, tokens and certificates all hang on it.
    func clockFindings() -> [Finding] {
        let subject = "clock"
        let now = clock.now / 1000
        // 2026-01-01, before the first release: an earlier clock is a machine that lost its battery.
        if now < 1_767_225_600 {
            return [
                .problem(
                    subject, "the clock says \(Timestamp.day(now)), which is past",
                    do: "Set the clock: timedatectl set-ntp true")
            ]
        }
        for file in [folder.databaseFile, folder.databaseFile + "-wal"] {
            if let written = SystemFile.modificationTime(file), written > now + 120 {
                return [
                    .problem(
                        subject,
                        "\(file) was written in the future (\(Timestamp.day(written))): the clock was set back",
                        do: "Set the clock: timedatectl set-ntp true")
                ]
            }
        }
        // The kernel is told by whatever keeps the time (ntpd, chrony, systemd-timesyncd).
        if !ClockDiscipline.isSynchronised {
            return [
                .warning(
                    subject, "nothing keeps the clock right as far as the kernel knows",
                    do: "timedatectl set-ntp true (not needed in a container whose host keeps the time)")
            ]
        }
        return [.good(subject, "kept by a time service")]
    }

    private func userName() -> String {
        guard let entry = getpwuid(geteuid()) else { return String(geteuid()) }
        return String(cString: entry.pointee.pw_name)
    }
}
