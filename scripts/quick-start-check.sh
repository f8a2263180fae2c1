#!/usr/bin/env bash
# Follows README's quick start to the letter, on a fresh clone, as an ordinary user, without Docker: every command of its
# sections "Quick start" and "Try it by hand" (but the tests). Then all of it again without a network, with what was downloaded.
#
#     scripts/quick-start-check.sh                       as yourself
#     scripts/quick-start-check.sh --as <user>           as root, for that user; then "offline" is a network of its own
#     scripts/quick-start-check.sh … --with-changes      with what is not committed
#
# Installs nothing on the machine and leaves nothing on it: the clone is in a temporary folder. Needs what README says,
# and git.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
user=''
with_changes=''

fail() {
  printf '✘ %s\n' "$1" >&2
  exit 1
}

while (($# > 0)); do
  case $1 in
    --as) user=${2:?a user} && shift ;;
    --with-changes) with_changes=yes ;;
    *) fail "unknown option $1" ;;
  esac
  shift
done
if ((EUID == 0)) && [[ -z $user ]]; then fail 'As root, name an ordinary user: --as <user>.'; fi
if ((EUID != 0)) && [[ -n $user ]]; then fail '--as is for root.'; fi

# A new folder of the user's with home, clone and logs, so that nothing is used that they have downloaded before.
place=$(mktemp -d "${TMPDIR:-/tmp}/atp-quick-start-XXXXXX")
clone=$place/atp-sync
mkdir "$place/home"

environment=(
  "HOME=$place/home" "PATH=/usr/local/bin:/usr/bin:/bin" "TMPDIR=$place" "LANG=C.UTF-8"
  "npm_config_registry=$(npm config get registry)"
)
# Certificates that this machine needs for its registries.
for name in NODE_EXTRA_CA_CERTS SSL_CERT_FILE PIP_CERT npm_config_cafile; do
  if [[ -n ${!name:-} && -r ${!name} ]]; then environment+=("$name=${!name}"); fi
done
if [[ -z $user ]]; then environment+=("PATH=$PATH"); fi

# A proxy that nobody listens on (the discard port of the loopback); programs on this machine need no proxy.
closed=http://127.0.0.1:9
offline=(
  "npm_config_registry=$closed" "PIP_INDEX_URL=$closed/simple" PIP_NO_INDEX=1 GOPROXY=off
  "HTTP_PROXY=$closed" "HTTPS_PROXY=$closed" "ALL_PROXY=$closed" "NO_PROXY=127.0.0.1,localhost"
  "http_proxy=$closed" "https_proxy=$closed" "all_proxy=$closed" "no_proxy=127.0.0.1,localhost"
)

as_user() {
  if [[ -n $user ]]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

# In a network that has only a loopback, where root can make one.
cut_off() {
  if [[ -n $user ]] && command -v unshare >/dev/null && command -v ip >/dev/null; then
    # shellcheck disable=SC2016 # The inner shell's arguments.
    unshare --net -- sh -c 'ip link set lo up && exec runuser -u "$0" -- "$@"' "$user" "$@"
  else
    as_user "$@"
  fi
}

end() {
  status=$?
  # Stops the clone's stack, in case a command failed before `down`.
  if [[ -e $clone/.atp/stack.lock ]]; then
    as_user env -i "${environment[@]}" "$clone/bin/atp.mjs" down >/dev/null 2>&1 || true
  fi
  if ((status == 0)); then rm -rf "$place"; else printf 'Left for you to look at: %s\n' "$place" >&2; fi
}
trap end EXIT

git clone --quiet "file://$project" "$clone"
if [[ -n $with_changes ]]; then
  (cd "$project" && git ls-files -z --deleted) | (cd "$clone" && xargs -0 --no-run-if-empty rm -f --)
  (cd "$project" && git ls-files -z --modified --others --exclude-standard | xargs -0 ls -d 2>/dev/null |
    tar --create --files-from - | tar --extract --directory "$clone")
fi
if [[ -n $user ]]; then chown -R "$user:" "$place"; fi

mapfile -t commands < <(
  awk '/^## /{ in_it = /^## (Quick start|Try it by hand)$/ } in_it && /^    (npm run demo|npx atp )/ { print substr($0, 5) }' \
    "$clone/README.md"
)
((${#commands[@]} >= 3)) || fail 'README.md has no quick start.'
{
  printf 'set -euo pipefail\ncd %q\n' "$clone"
  for command in "${commands[@]}"; do
    printf 'printf "\\n$ %%s\\n" %q\n' "$command"
    # 4: a person must decide, which is the next command.
    # shellcheck disable=SC2016 # The variables of that script.
    printf 'started=$SECONDS\n%s || [[ $? == 4 ]]\nprintf "✔ %%s (%%s s)\\n" %q "$((SECONDS - started))" >&3\n' "$command" "$command"
  done
} >"$place/commands"

follow() {
  local name=$1 log=$place/$1.log
  shift
  printf '%s\n' "$name:"
  if ! "$@" bash "$place/commands" 3>&1 >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    fail "$name: a command of the quick start failed; the end of its output is above."
  fi
  if ! grep --quiet '^Every SKU is equal' "$log"; then fail "$name: the demo does not say that every SKU is equal."; fi
  if [[ -e $clone/.atp/stack.lock ]]; then fail "$name: \`atp down\` has left a stack."; fi
}

printf 'A fresh clone, as %s, with Node %s of the machine\n\n' "$(as_user id -un)" \
  "$(as_user env -i "${environment[@]}" node --version)"
follow 'The first time' as_user env -i "${environment[@]}"
# README describes a new stack: only a shop's first Hard Sync is held. So the state is removed; what was downloaded stays.
find "$clone/.atp" -mindepth 1 -maxdepth 1 ! -name parts -exec rm -rf {} +
follow 'Again, offline' cut_off env -i "${environment[@]}" "${offline[@]}"
printf '\nThe quick start does what it says.\n'
