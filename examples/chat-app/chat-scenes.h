/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pictures of the window.
 */
#pragma once

#include "chat-window.h"

/* What the list of conversations has in the pictures. */
void chat_scenes_fill (ChatStore *store);
/* Plays each scene, in light and in dark, writes SCENE-light.png and SCENE-dark.png into @folder, and closes the window. */
void chat_scenes_play (ChatWindow *window,
                       const char *folder);
