import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The platform of a gem") struct GemPlatformTests {
  @Test(
    "is what a version of RubyGems makes of it",
    arguments: [
      ("i686-linux", ["x86-linux", "x86-linux", "x86-linux"]),
      ("x86_64-linux", ["x86_64-linux", "x86_64-linux", "x86_64-linux"]),
      ("x86_64-linux-gnu", ["x86_64-linux", "x86_64-linux-gnu", "x86_64-linux-gnu"]),
      ("arm-linux-gnueabihf", ["arm-linux", "arm-linux-gnueabihf", "arm-linux-gnueabihf"]),
      ("hpux11", ["hpux-11", "unknown", "unknown"]),
      ("arm-hpux11", ["arm-hpux-11", "arm-unknown", "arm-unknown"]),
      ("aarch64-android30", ["aarch64-unknown", "aarch64-unknown", "aarch64-unknown"]),
      ("x86-solaris2.8", ["x86-solaris-2.8", "x86-solaris-2.8", "x86-solaris-2.8"]),
      ("foo", ["unknown", "unknown", "unknown"]),
      ("RUBY", ["unknown", "unknown", "unknown"]),
      ("rbx", ["unknown", "unknown", "unknown"]),
      ("mswin32", ["x86-mswin32", "x86-mswin32", "x86-mswin32"]),
      ("java1.5", ["java-1.5", "java-1.5", "java1.5"]),
      ("java", ["java", "java", "java"]),
      ("jruby", ["java", "java", "java"]),
      ("java-1.5", ["java-unknown", "java-unknown", "java-unknown"]),
      ("javafoo", ["java-", "java-", "java"]),
      ("x64-mingw-ucrt", ["x64-mingw-ucrt", "x64-mingw-ucrt", "x64-mingw-ucrt"]),
      ("x64-mingw32", ["x64-mingw32", "x64-mingw32", "x64-mingw32"]),
      ("x86-mswin32-60", ["x86-mswin32-60", "x86-mswin32-60", "x86-mswin32-60"]),
      ("x64-mswin64_140", ["x64-mswin64-140", "x64-mswin64-140", "x64-mswin64-140"]),
      ("universal-darwin-10", ["universal-darwin-10", "universal-darwin-10", "universal-darwin-10"]),
      ("universal-darwin19", ["universal-darwin-19", "universal-darwin-19", "universal-darwin-19"]),
      ("x86_64-darwin-19.6.0", ["x86_64-darwin", "x86_64-darwin", "x86_64-darwin-19"]),
      ("x86-pc-linux-gnu", ["x86-unknown", "x86-unknown", "x86-linux-gnu"]),
      ("aarch64-linux-musl", ["aarch64-linux-musl", "aarch64-linux-musl", "aarch64-linux-musl"]),
      ("arm-linux-musleabihf", ["arm-linux-musleabihf", "arm-linux-musleabihf", "arm-linux-musleabihf"]),
      ("armv7-linux-gnueabihf2", ["armv7-linux", "armv7-linux", "armv7-linux-gnueabihf2"]),
      ("x86_64-linux-2.6", ["x86_64-linux-2.6", "x86_64-linux-2.6", "x86_64-linux-2"]),
      ("dalvik", ["dalvik", "dalvik", "dalvik"]),
      ("dalvik12", ["dalvik-12", "dalvik-12", "dalvik12"]),
      ("x86-dalvik12x", ["x86-unknown", "x86-unknown", "x86-unknown"]),
      ("dotnet", ["dotnet", "dotnet", "dotnet"]),
      ("dotnet2.0", ["dotnet-2.0", "dotnet-2.0", "dotnet2.0"]),
      ("universal-dotnet-2.0", ["universal-dotnet-2.0", "universal-dotnet-2.0", "universal-dotnet-2.0"]),
      ("x86-foo_platform8", ["x86-foo_platform-8", "x86-foo_platform-8", "x86-foo_platform-8"]),
      ("foo_platform", ["foo_platform", "foo_platform", "foo_platform"]),
      ("x86_64-openbsd6.9", ["x86_64-openbsd-6.9", "x86_64-openbsd-6.9", "x86_64-openbsd-6.9"]),
      ("x86_64-openbsd6", ["x86_64-openbsd", "x86_64-openbsd", "x86_64-openbsd"]),
      ("x86-bitrig5.1", ["x86-bitrig-5.1", "x86-unknown", "x86-unknown"]),
      ("powerpc-aix7", ["powerpc-aix-7", "powerpc-aix-7", "powerpc-aix-7"]),
      ("x86-cygwin", ["x86-cygwin", "x86-cygwin", "x86-cygwin"]),
      ("x86-freebsd12", ["x86-freebsd-12", "x86-freebsd-12", "x86-freebsd-12"]),
      ("macruby", ["macruby", "macruby", "macruby"]),
      ("macruby1", ["unknown", "unknown", "macruby1"]),
      ("x86-netbsdelf", ["x86-netbsdelf", "x86-netbsdelf", "x86-netbsdelf"]),
      ("wasm32-wasi", ["wasm32-unknown", "wasm32-wasi", "wasm32-wasi"]),
      ("i586-linux", ["x86-linux", "x86-linux", "x86-linux"]),
      ("powerpc-darwin", ["powerpc-darwin", "powerpc-darwin", "powerpc-darwin"]),
      ("x86_64-linux-android", ["x86_64-linux-android", "x86_64-linux-android", "x86_64-linux-android"]),
      ("x86_64-linuxgnu", ["x86_64-linux", "x86_64-linux-gnu", "x86_64-linux-gnu"]),
      ("x86-mingw-64", ["x86-mingw-64", "x86-mingw-64", "x86-mingw-64"]),
      ("universal-java-11", ["universal-java-11", "universal-java-11", "universal-java-11"]),
      ("linux", ["linux", "linux", "linux"]),
      ("darwin-19", ["darwin-unknown", "darwin-unknown", "darwin-unknown"]),
      ("xi386-darwin", ["x86-darwin", "x86-darwin", "x86-darwin"]),
    ] as [(ExactString, [ExactString])])
  func readings(written: ExactString, resolved: [ExactString]) {
    #expect([GemPlatformReading.withoutGNU, .withLibrary, .splitOnce].map { $0.resolve(written) } == resolved)
  }

  @Test(
    "has every name by which a server may keep it",
    arguments: [
      ("x86_64-linux", false, "x86_64-linux", []), ("i686-linux", false, "x86-linux", ["i686-linux"]),
      ("i686-linux", true, "i686-linux", ["x86-linux"]), ("x86_64-linux-gnu", false, "x86_64-linux-gnu", ["x86_64-linux"]),
      ("arm-hpux11", false, "arm-unknown", ["arm-hpux11", "arm-hpux-11"]), ("java1.5", false, "java-1.5", ["java1.5"]),
    ] as [(ExactString, Bool, ExactString, [ExactString])])
  func names(written: ExactString, isObject: Bool, resolved: ExactString, others: [ExactString]) throws {
    let platform = try #require(GemPlatform(written, isObject: isObject))
    #expect(platform.resolved == resolved && platform.others == others)
  }
}
