import Glibc

exit(BenchProgram.run(CommandLine.arguments))
