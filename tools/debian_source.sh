# shellcheck shell=bash
# Sources of other Debians, for tools/other_libuv.sh and tools/windows.sh to source. No root needed.

# debian_source SUITE PACKAGE FOLDER [ARGUMENTS OF TAR]: unpacks what upstream released. apt-get uses lists of our own,
# so that those of the system stay as they are.
debian_source() {
    local suite=$1 package=$2 folder=$3 lists
    shift 3
    lists=$(mktemp -d)
    mkdir -p "$lists/lists/partial" "$lists/archives/partial" "$folder"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" > "$lists/sources.list"
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$lists" -o "Dir::State::lists=$lists/lists" -o "Dir::Cache=$lists" -o "Dir::Cache::archives=$lists/archives"
        -o APT::Sandbox::User=root)
    if ! { "${apt[@]}" update && (cd "$lists" && "${apt[@]}" source --download-only --tar-only "$package"); } >&2; then
        rm -rf "$lists"
        echo "the source of $package could not be fetched from Debian $suite" >&2
        return 1
    fi
    tar -xf "$lists/$package"_*.orig.tar.* -C "$folder" --strip-components=1 --no-same-owner "$@"
    rm -rf "$lists"
}
