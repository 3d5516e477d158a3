import CCurl
import Configuration
import Dispatch
import StrictParsers
import Synchronization

/// Gets small documents through the system's libcurl, a few an hour, on threads that nobody else waits for.
///
/// No redirect is followed, no cookie kept, no protocol spoken but the URL's own. Unless a proxy resolves the name, the address is
/// judged when the socket to it is made, so that what was judged is what is connected to.
struct HTTPSFetcher: KeyFetching {
  struct Options: Hashable, Sendable {
    /// Certificates in PEM that are trusted instead of the system's.
    var certificateFile: String?
    /// Whether loopback and private addresses may be connected to.
    var allowsPrivateNetwork = false
    /// Whether `http` may be spoken with a host that names loopback.
    var allowsLoopbackHTTP = false
  }

  static let byteLimit = 1 << 20
  /// Not safe to run twice at a time, which a static constant rules out.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  let options: Options
  let proxy: ProxyRules

  func fetch(_ url: KeyURL, until deadline: ContinuousClock.Instant) async throws(FetchFailure) -> FetchedDocument {
    guard url.origin.scheme == .https || options.allowsLoopbackHTTP && url.namesLoopback else { throw .urlRefused }
    let result = await withCheckedContinuation { continuation in
      // A queue of its own has a thread of its own: one of a concurrent queue would wait for those that silent issuers keep.
      DispatchQueue(label: "imprimatur.keys").async { continuation.resume(returning: transfer(url, until: deadline)) }
    }
    return try result.get()
  }

  /// The addresses that may be connected to for this URL; `nil` if the proxy connects.
  private func permits(_ url: KeyURL) -> Set<NetworkAddress.Reach>? {
    if proxy.proxy(for: url.origin) != nil { return nil }
    if url.origin.scheme == .http { return [.loopback] }
    return options.allowsPrivateNetwork ? [.everywhere, .privateNetwork, .loopback] : [.everywhere]
  }

  private func transfer(_ url: KeyURL, until deadline: ContinuousClock.Instant) -> Result<FetchedDocument, FetchFailure> {
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0 else { return .failure(.timedOut) }
    guard Self.isReady, let handle = CurlHandle() else { return .failure(.transfer("libcurl could not start")) }
    let transfer = Transfer(permits: permits(url))
    let configured =
      handle.set(CURLOPT_URL, url.text.text)
      && handle.set(CURLOPT_PROTOCOLS_STR, url.origin.scheme.rawValue)
      && handle.set(CURLOPT_FOLLOWLOCATION, 0)
      && handle.set(CURLOPT_PATH_AS_IS, 1)
      && handle.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
      // An empty proxy keeps libcurl from looking for one; an empty list of exceptions keeps it from passing by the one it was given.
      && handle.set(CURLOPT_PROXY, proxy.proxy(for: url.origin) ?? "")
      && handle.set(CURLOPT_NOPROXY, "")
      && handle.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
      && handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
      && handle.set(CURLOPT_SSL_VERIFYPEER, 1)
      && handle.set(CURLOPT_SSL_VERIFYHOST, 2)
      && handle.trust(only: options.certificateFile)
      // Signals would hit other threads.
      && handle.set(CURLOPT_NOSIGNAL, 1)
      && handle.set(CURLOPT_TIMEOUT_MS, Int(milliseconds))
      && handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(milliseconds))
      && handle.set(CURLOPT_USERAGENT, "imprimatur")
      && handle.report(to: transfer)
    guard configured else { return .failure(.transfer("libcurl lacks an option that is needed")) }
    let code = withExtendedLifetime(transfer) { handle.perform() }
    return result(of: code, handle, transfer)
  }

  private func result(of code: CURLcode, _ handle: borrowing CurlHandle, _ transfer: Transfer) -> Result<FetchedDocument, FetchFailure> {
    if transfer.isTooLarge { return .failure(.tooLarge(limit: Self.byteLimit)) }
    switch code {
    case CURLE_OK:
      guard let status = handle.status else { return .failure(.transfer("libcurl knows no status")) }
      guard status == 200 else { return .failure(.status(status)) }
      return .success(FetchedDocument(body: transfer.body, maxAge: handle.cacheControl.flatMap { CacheLifetime.maxAge($0) }))
    case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut)
    default: return .failure(transfer.refusedAddress ? .addressRefused : .transfer(unsafe String(cString: curl_easy_strerror(code))))
    }
  }
}

/// What libcurl's callbacks write. Only the thread that performs the transfer has it.
private final class Transfer {
  /// `nil` if every address is as good.
  let permits: Set<NetworkAddress.Reach>?
  var body: [UInt8] = []
  var isTooLarge = false
  var refusedAddress = false

  init(permits: Set<NetworkAddress.Reach>?) { self.permits = permits }

  /// Bytes taken; fewer than given end the transfer.
  func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= HTTPSFetcher.byteLimit else {
      isTooLarge = true
      return 0
    }
    unsafe body.append(contentsOf: bytes)
    return bytes.count
  }

  func permits(_ address: NetworkAddress?) -> Bool {
    guard let permits else { return true }
    guard let address, permits.contains(address.reach) else {
      refusedAddress = true
      return false
    }
    return true
  }
}

/// One easy handle of libcurl.
@safe private struct CurlHandle: ~Copyable {
  private let handle: UnsafeMutableRawPointer

  init?() {
    guard let handle = unsafe curl_easy_init() else { return nil }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe curl_easy_cleanup(handle) }

  func set(_ option: CURLoption, _ value: Int) -> Bool { unsafe imprimatur_curl_set_long(handle, option, value) == CURLE_OK }

  /// libcurl copies the text.
  func set(_ option: CURLoption, _ value: String) -> Bool { unsafe imprimatur_curl_set_string(handle, option, value) == CURLE_OK }

  /// Takes the system's folder of certificates away too, which would be searched as well.
  func trust(only file: String?) -> Bool {
    guard let file else { return true }
    guard set(CURLOPT_CAINFO, file) else { return false }
    return unsafe imprimatur_curl_set_string(handle, CURLOPT_CAPATH, nil) == CURLE_OK
  }

  /// The caller keeps `transfer` alive until the transfer has ended.
  func report(to transfer: Transfer) -> Bool {
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    let write: curl_write_callback = { bytes, size, count, context in
      guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
      let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      return unsafe transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    let open: curl_opensocket_callback = { context, _, address in
      guard let context = unsafe context, let address = unsafe address else { return -1 }
      let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      var bytes = [UInt8](repeating: 0, count: 16)
      let length = unsafe imprimatur_curl_address(address, &bytes)
      guard transfer.permits(NetworkAddress(bytes: bytes.prefix(Int(length)))) else { return -1 }
      return unsafe imprimatur_curl_open(address)
    }
    return unsafe imprimatur_curl_set_write(handle, write, context) == CURLE_OK
      && imprimatur_curl_set_open_socket(handle, open, context) == CURLE_OK
  }

  func perform() -> CURLcode { unsafe curl_easy_perform(handle) }

  var status: Int? {
    var status = 0
    return unsafe imprimatur_curl_status(handle, &status) == CURLE_OK ? status : nil
  }

  var cacheControl: [UInt8]? {
    var header: UnsafeMutablePointer<curl_header>?
    guard unsafe curl_easy_header(handle, "Cache-Control", 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK, let header = unsafe header
    else { return nil }
    return unsafe Array(String(cString: header.pointee.value).utf8)
  }
}
