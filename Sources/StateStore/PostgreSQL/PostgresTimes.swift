/// How long a PostgreSQL store waits for what.
///
/// A request to the store is answered within `waiting` and `statement` together, and some seconds more where a name server is silent.
package struct PostgresTimes: Sendable {
  /// From a connection's first packet until the server has let us in and its tables are known to be ours.
  var connecting = Duration.seconds(4)
  /// For a worker that is free and connected.
  var waiting = Duration.seconds(4)
  /// For the answer to one statement.
  var statement = Duration.seconds(3)
  /// Less, so that the server is the first to give up and can say so.
  var statementAtServer = Duration.milliseconds(2500)
  var lockAtServer = Duration.milliseconds(2000)
  /// For new tables; other gateways wait meanwhile.
  var migration = Duration.seconds(120)
  /// Between two attempts to connect, where this one is the first that failed, and at most.
  var firstPause = Duration.milliseconds(50)
  var longestPause = Duration.seconds(1)
  /// Between two signs of life.
  var beat = Duration.seconds(5)
  /// How long a gateway may give no sign of life before another one takes it for dead.
  var patience = Duration.seconds(60)

  package init() {}
}
