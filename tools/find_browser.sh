#!/bin/sh
# Install Chromium on Debian where it is missing and we may; tests that need it are skipped without.
for name in chromium google-chrome; do
    command -v "$name" > /dev/null && exit 0
done
[ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || exit 0
echo "Installing Chromium for the tests of the site"
{ apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } > /dev/null 2>&1
exit 0
