import Glibc

exit(Thumbnailer.run(Array(CommandLine.arguments.dropFirst())).rawValue)
