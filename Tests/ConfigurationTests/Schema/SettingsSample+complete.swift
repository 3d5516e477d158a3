import TestSupport

extension SettingsSample {
  /// Every key that this version knows.
  static let complete = """
    version: 1
    server:
      listen: 0.0.0.0:0
      tls: {certificate: tls.crt, key: /etc/tls.key}
      public_url: https://Upload.example.com:8443/
      trusted_proxies: [10.0.0.0/8, "::1"]
      limits:
        upload: 3GiB
        spool_memory: 1KiB
        spool_total: 4MiB
        spool_directory: spool
        connections: 7
        header_bytes: 1MiB
        header_count: 8
        token_bytes: 2KiB
        head_timeout: 11s
        body_timeout: 2h
        body_rate: 5B/s
        answer: 6B
        connect_timeout: 700ms
        upstream_timeout: 1d
        drain: 3m
    admin: {listen: "[::1]:9090"}
    state: {sqlite: state.db}
    log: {format: text, level: debug}
    audit: {file: /var/log/imprimatur/audit.jsonl, on_failure: continue}
    issuers:
      github: {provider: github}
      gitlab:
        provider: gitlab
        url: https://gitlab.example.com
        ca_file: corp.pem
        jwks_url: https://keys.example.com/x
        algorithms: [RS256, ES256]
        max_lifetime: 1h
        allow_private_network: true
        allow_http: false
      local: {provider: gitlab, url: "http://127.0.0.1:8080", jwks_file: keys.json, allow_http: true}
    registries:
      python:
        protocol: pypi
        host: Upload.example.com
        path: /simple/
        audience: example_pypi
        upstream:
          url: https://registry.example.com:444/upload/
          credential:
            basic: {username: uploader, password: {env: PASSWORD}}
          ca_file: corp.pem
          client_certificate: {certificate: client.pem, key: {env: KEY}}
          keep_alive: false
        digest: none
        direct: refuse
        upload_token: {lifetime: 6h}
        attestations: pass
        reads: refuse
        overwrite: registry
        legacy_credentials: refuse
        mode: enforce
      files:
        protocol: generic
        host: upload.example.com
        path: /files
        audience: example_files
        upstream: {url: "http://127.0.0.1:8081", credential: {none: true}}
        template: "/{name}/{version}/{file}"
        methods: PUT
    publishers:
      - id: widgets-release
        issuer: github
        when:
          repository: acme/widgets
          repository_owner_id: "42"
          repository_id: 1234
          workflow: release.yml
          environment: [release, on]
          tag: "v{version}"
        may_publish:
          python: [acme-widgets, "Acme_Widgets.*"]
          files: acme
        create: any
        expires: 2027-01-01
    include: [publishers.d/*.yaml]
    """

  static let completeFiles = [
    "/etc/imprimatur/tls.crt": "", "/etc/tls.key": "", "/etc/imprimatur/corp.pem": "", "/etc/imprimatur/keys.json": "",
    "/etc/imprimatur/client.pem": "",
    "/etc/imprimatur/publishers.d/more.yaml": """
    - {id: more, issuer: gitlab, when: {project: a/b, project_id: 1, ref_protected: true}, may_publish: {python: c}}
    """,
  ]
  static let completeEnvironment = ["PASSWORD": "hunter2", "KEY": "key"]
}
