# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That everything public is documented, and that the site has all its pages.

. "$G_TEST_SRCDIR/support/tap.sh"

build=$G_TEST_BUILDDIR/..
site=$build/doc/gstream-1

# gi-docgen checks what is there; what it finds missing it prints.
all_documented () {
  gi-docgen check --fatal-warnings --config "$build/doc/gstream-1.toml" "$build/gstream/Gstream-1.gir"
}

pages_are_there () {
  local page
  for page in "$G_TEST_SRCDIR"/../doc/*.md; do
    page=$(basename "$page" .md)
    [ -e "$site/$page.html" ] || { echo "$page is not in the site"; return 1; }
  done
}

# Links between the pages of the guide, as files and in the site; none is to the site's file only.
links_lead_somewhere () {
  ! grep -nE '\]\((overview|[a-z-]+)\.html' "$G_TEST_SRCDIR"/../doc/*.md &&
    grep -ohE '\]\([a-z-]+\.md' "$G_TEST_SRCDIR"/../doc/*.md | sort -u | while IFS= read -r link; do
      link=${link#](}
      [ -e "$G_TEST_SRCDIR/../doc/$link" ] && [ -e "$site/${link%.md}.html" ] || { echo "no $link"; return 1; }
    done && ! grep -lE 'href="[a-z-]+\.md' "$site"/*.html
}

# A clause that is cited, on a page or in the API, is a link to what it says.
clauses_are_linked () {
  grep -q 'id="R6"' "$site/semantics.html" && grep -qE 'href="semantics.html#R6"' "$site/method.RunStream.abort.html" &&
    grep -oh 'semantics.html#[A-Z][0-9]*[a-z]*' "$site"/*.html | sort -u | while IFS= read -r link; do
      grep -q "id=\"${link#*#}\"" "$site/semantics.html" || { echo "no $link"; return 1; }
    done
}

# gi-docgen calls a page so that does not begin with its title.
pages_have_titles () {
  ! grep -l "Unknown document" "$site"/*.html
}

check /docs/complete all_documented
check /docs/pages pages_are_there
check /docs/titles pages_have_titles
check /docs/links links_lead_somewhere
check /docs/clauses clauses_are_linked
plan
