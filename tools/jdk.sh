# Sourced by ./ringroad and ./mvnw: finds a JDK that is new enough.

# Prints the feature version of the JDK in directory $1; nothing when there is no JDK.
jdk_feature() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the directory of the `java` in PATH, links followed.
jdk_in_path() {
    java_found=$(command -v java) || return 0
    java_found=$(readlink -f "$java_found" 2>/dev/null) || return 0
    dirname "$(dirname "$java_found")"
}

# Prints the home of a JDK of at least version $1: JAVA_HOME, then PATH, then the usual folders, the
# lowest version that will do before newer ones. Returns 1 when there is none.
find_jdk() {
    for jdk in "${JAVA_HOME:-}" "$(jdk_in_path)"; do
        feature=$(jdk_feature "$jdk")
        if [ "${feature:-0}" -ge "$1" ]; then
            printf '%s\n' "$jdk"
            return 0
        fi
    done
    best=
    best_feature=
    for jdk in /usr/lib/jvm/* /opt/* /opt/java/* /usr/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
        feature=$(jdk_feature "$jdk")
        [ "${feature:-0}" -ge "$1" ] || continue
        if [ -z "$best" ] || [ "$feature" -lt "$best_feature" ]; then
            best=$jdk
            best_feature=$feature
        fi
    done
    [ -n "$best" ] && printf '%s\n' "$best"
}
