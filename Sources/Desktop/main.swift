import ClientKit
import GtkKit

GraphicsCard.drawWithoutOneWhereThereIsNone()
TaskThreads.start()
let options = DesktopOptions.parse(Array(CommandLine.arguments.dropFirst()))
let program = DesktopProgram(options)
program.run()
