/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The library's translations. The application chooses the language, by setlocale().
 */
#include "config.h"

#include "gstream/event/gstream-i18n-internal.h"

#include <libintl.h>

/* Returns: (transfer none): the translation, or @text itself where there is none. */
const char *
gstream_gettext (const char *text)
{
  static gsize is_bound;

  if (g_once_init_enter (&is_bound))
    {
      bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8"); /* errors are in UTF-8, in whatever locale */
      g_once_init_leave (&is_bound, TRUE);
    }

  return g_dgettext (GETTEXT_PACKAGE, text);
}
