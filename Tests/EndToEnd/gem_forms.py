"""What the specification in a gem has looked like over the years."""

# As RubyGems 0.9 wrote a specification by Syck.
SYCK = """--- !ruby/object:Gem::Specification 
rubygems_version: 0.9.4.6
specification_version: 2
name: acme-widgets
version: !ruby/object:Gem::Version 
  version: 1.0.0
date: 2008-02-02 00:00:00 -06:00
summary: "Tiny: a gem"
require_paths: 
- lib
email: author@example.com
description: "A gem\\n\\
  of two lines"
autorequire: acme
default_executable: 
bindir: bin
has_rdoc: true
required_ruby_version: !ruby/object:Gem::Version::Requirement 
  requirements: 
  - - ">"
    - !ruby/object:Gem::Version 
      version: 0.0.0
  version: 
platform: %s
signing_key: 
cert_chain: 
post_install_message: 
authors: 
- A. Author
files: 
- ./lib/acme.rb
test_files: []

rdoc_options: 
- --title
- Acme -- a gem
- --main
- README
extra_rdoc_files: []

executables: []

dependencies: 
- !ruby/object:Gem::Dependency 
  name: rake
  version_requirement: 
  version_requirements: !ruby/object:Gem::Version::Requirement 
    requirements: 
    - - ">="
      - !ruby/object:Gem::Version 
        version: "0"
    version: 
"""
# As RubyGems 1.8 and 2.0 wrote one by Psych, with Ruby 1.9.3.
PSYCH = """--- !ruby/object:Gem::Specification
name: acme-widgets
version: !ruby/object:Gem::Version
  version: 1.0.0
  prerelease: 
platform: ruby
authors:
- !binary |-
  QS4gQXV0aG9y
autorequire: 
bindir: bin
cert_chain: []
date: 2013-02-03 00:00:00.000000000 Z
dependencies:
- !ruby/object:Gem::Dependency
  name: rake
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - ! '>='
      - !ruby/object:Gem::Version
        version: '0'
    none: false
  type: :development
  prerelease: false
  version_requirements: !ruby/object:Gem::Requirement
    requirements:
    - - ! '>='
      - !ruby/object:Gem::Version
        version: '0'
    none: false
description: ! 'A gem: it has a colon,

  and two lines'
email: 
executables: []
extensions: []
extra_rdoc_files: []
files:
- lib/acme.rb
- !binary |-
  dGVzdC90ZXN0LnJi
homepage: http://example.com/
licenses: []
post_install_message: ! "Thanks\\n  for installing\\n"
rdoc_options: []
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  none: false
  requirements:
  - - ! '>='
    - !ruby/object:Gem::Version
      version: '0'
      segments:
      - 0
      hash: -2207083133397
rubyforge_project: 
rubygems_version: 1.8.23
signing_key: 
specification_version: 3
summary: A gem of a long summary that goes on for so long that a writer of YAML breaks
  it where eighty characters are full
test_files: []
has_rdoc: 
"""
# As RubyGems 3 writes one, with everything that a real one has.
MODERN = """--- !ruby/object:Gem::Specification
name: acme-widgets
version: !ruby/object:Gem::Version
  version: 1.0.0
platform: ruby
authors:
- "Ångström, A."
- 'O''Author, B.'
autorequire:
bindir: exe
cert_chain:
- |
  -----BEGIN CERTIFICATE-----
  bm90IGEgY2VydGlmaWNhdGU=
  -----END CERTIFICATE-----
date: 1980-01-02 00:00:00.000000000 Z
dependencies: []
description: |2+

    An indented beginning: of "all"
  # no comment
  --- no marker

email:
- author@example.com
executables: []
extensions:
- ext/acme/extconf.rb
extra_rdoc_files: []
files:
- "Gemfile"
- lib/acme.rb
homepage: https://example.com/#fragment
licenses:
- MIT
metadata:
  allowed_push_host: https://gems.example.com
  bug_tracker_uri: https://example.com/issues?a=b&c=*d
  rubygems_mfa_required: 'true'
post_install_message: "\\e[32mThanks!\\e[0m \\u{1F600}"
rdoc_options: []
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - "~>"
    - !ruby/object:Gem::Version
      version: '3.0'
  - - "!="
    - !ruby/object:Gem::Version
      version: 3.1.0.rc1
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
requirements:
- libacme, v1.0 or later
rubygems_version: 3.6.2
signing_key:
specification_version: 4
summary: A gem # with a hash
test_files: []
""".replace("\\u{1F600}", "\\U0001F600")
FORMS = {
    "Syck": (SYCK % "ruby", "acme-widgets-1.0.0.gem"),
    "Syck, of a platform": (SYCK % "!ruby/object:Gem::Platform \n  cpu: x86\n  os: mswin32\n  version: \"60\"", "acme-widgets-1.0.0-x86-mswin32-60.gem"),
    "Psych, with nothing": (
        PSYCH.replace("autorequire: \n", "autorequire: !!null \n").replace("prerelease: \n", "prerelease: !!null \n"), "acme-widgets-1.0.0.gem"),
    "Psych of Ruby 1.9": (PSYCH, "acme-widgets-1.0.0.gem"),
    "Psych": (MODERN, "acme-widgets-1.0.0.gem"),
}
