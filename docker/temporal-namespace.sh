#!/bin/sh
# Creates the namespace with our search attributes, and ends when jobs can be started in it. Runs at every start and keeps
# what is there. Needs the `temporal` command (temporalio/admin-tools has it), TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE;
# works for any self-hosted Temporal. On Temporal Cloud, a person creates both in its web UI.
set -eu

tries_max=60

# Tries until it works: the server's services start one after the other, and its caches learn of a change a little later.
until_it_works() {
  tries=1
  until "$@" >/dev/null 2>&1; do
    if [ "$tries" -ge "$tries_max" ]; then
      "$@" # Once more, to say why.
      return
    fi
    tries=$((tries + 1))
    sleep 1
  done
}

has_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE"
}

make_namespace() {
  has_namespace || temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 7d
}

until_it_works temporal operator cluster health
until_it_works make_namespace

query=''
while read -r name type; do
  until_it_works temporal operator search-attribute create \
    --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type"
  query="${query:+$query AND }$name IS NULL"
done <<END
ShopId Keyword
FacilityGroupId Keyword
JobName Keyword
LaneState Keyword
FileSequence Int
END

until_it_works temporal workflow count --namespace "$TEMPORAL_NAMESPACE" --query "$query"
echo "The namespace $TEMPORAL_NAMESPACE is ready."
