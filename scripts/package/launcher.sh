#!/bin/sh
# Runs the program on the Node.js beside it, from wherever links lead to this file.
self=$0
case $self in
  */*) ;;
  *) self=./$self ;;
esac
while [ -L "$self" ]; do
  target=$(readlink "$self" 2>/dev/null || command -p readlink "$self") || exit
  case $target in
    /*) self=$target ;;
    *) self=${self%/*}/$target ;;
  esac
done
lib=${self%/*}/lib

# What is meant for the user's own Node.js is not for this one, but for what the program starts.
if [ -n "${NODE_OPTIONS+set}" ]; then
  ISTIO_UPGRADE_NODE_OPTIONS=$NODE_OPTIONS
  export ISTIO_UPGRADE_NODE_OPTIONS
  unset NODE_OPTIONS
fi
exec "$lib/node" --no-warnings "$lib/kubectl-istio_upgrade.js" "$@"
