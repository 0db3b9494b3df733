import Glibc

exit(ArcadeProgram.run(Array(CommandLine.arguments.dropFirst())))
