import ArgumentParser
@main struct Imprimatur: ParsableCommand { func run() {} }
