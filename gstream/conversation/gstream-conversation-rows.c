/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a conversation: reading states, computing the list to be shown, and updating the shown list step by step.
 */
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/conversation/gstream-list-text-private.h>
#include <gstream/conversation/gstream-shown-rows-private.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading a state without copying it */
#include <string.h>

/* GTK redraws at G_PRIORITY_HIGH_IDLE + 20. The first change is shown before that, further work is done after it. */
#define SHOW_PRIORITY (G_PRIORITY_HIGH_IDLE + 19)
#define READ_PRIORITY G_PRIORITY_DEFAULT_IDLE
#define MESSAGES_BETWEEN_LOOKS 16 /* at the clock */
#define MIN_SLICE 64              /* the minimum number of rows per change */

/* A state that is being read. */
typedef struct
{
  GstreamPayload   *messages; /* NULL: none is being read */
  GstreamListChange change;   /* the part that is read; the rows of the other messages stay as they are */
  GstreamJsonIter   iter;
  GPtrArray        *found;    /* of GstreamConversationRow, held: those of the messages that are read, in order */
  GArray           *starts;   /* of guint32: the byte at which each of these messages starts */
  guint             expected; /* the expected position of the next message in the last state */
  guint             nameless; /* the position in the last state from which the next row without an id is searched */
  guint             n_state;  /* the position in the last state after the last message that may have changed */
  guint32           number;   /* of this reading; also set in the rows that it has found */
} Reading;

struct _GstreamConversationRows
{
  GObject parent_instance;

  GstreamShownRows shown;
  GPtrArray       *state;      /* of GstreamConversationRow: the rows of the newest state that was read, in its order */
  GstreamListText  list;       /* the messages of that state */
  gboolean         keeps_list; /* @list is kept for the next state to be compared with */
  /* of GstreamConversationRow: rows that are not in the state, in the order in which they were added */
  GPtrArray       *others;
  GHashTable      *anchors; /* row -> GPtrArray of the settled @others that follow it; NULL: must be computed */
  GHashTable      *by_id;   /* id -> row in @state or @others; the first one with that id */
  GstreamCallBook *book;
  gboolean         tool_rows; /* rows of tools are shown */
  guint            cut;       /* rows of the state from this position on are not shown */

  Reading         reading;
  gboolean        is_reading; /* rows are told of it, and may do anything */
  gboolean        is_closed;
  GstreamPayload *waiting; /* the state that is read next; NULL: none */
  guint           budget;  /* microseconds per iteration for reading, or for showing; 0: no limit */
  GSource        *reader;  /* continues reading; NULL: nothing to read */

  GPtrArray *aim; /* the list to be shown; not held, because it is computed again whenever rows are added or removed */
  gboolean   is_stale;  /* @aim has to be computed */
  gboolean   has_moves; /* some of the shown rows have to be moved */
  guint32    aim_number;
  guint      at;     /* up to this position the shown list is up to date */
  guint      slice;  /* the maximum number of rows per change, such that the handlers take no longer than the budget */
  GSource   *shower; /* shows the next change; NULL: none is pending */

  const GstreamConversationRowsFuncs *funcs; /* NULL: closed, or without an owner */
  gpointer                            owner;
};

static void gstream_conversation_rows_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamConversationRows, gstream_conversation_rows, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gstream_conversation_rows_list_model_init))

static gboolean on_read (gpointer user_data);
static gboolean on_show (gpointer user_data);

/* --- as a list model --- */

static GType
get_item_type (GListModel *list)
{
  return GSTREAM_TYPE_CONVERSATION_ROW;
}

static guint
get_n_items (GListModel *list)
{
  return gstream_shown_rows_get_length (&GSTREAM_CONVERSATION_ROWS (list)->shown);
}

static gpointer
get_item (GListModel *list,
          guint       position)
{
  GstreamConversationRows *self = GSTREAM_CONVERSATION_ROWS (list);

  if (position >= gstream_shown_rows_get_length (&self->shown))
    return NULL;

  return g_object_ref (gstream_shown_rows_get (&self->shown, position));
}

static void
gstream_conversation_rows_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* --- the main loop --- */

static GSource *
attach (GstreamConversationRows *self,
        GSourceFunc              func,
        int                      priority)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, self, NULL);
  g_source_set_static_name (source, "[gstream] conversation");
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

static void
detach (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
go_stale (GstreamConversationRows *self)
{
  self->is_stale = TRUE;
  if (self->shower == NULL && !self->is_closed)
    self->shower = attach (self, on_show, SHOW_PRIORITY);
}

gboolean
gstream_conversation_rows_is_settled (GstreamConversationRows *self)
{
  return self->reading.messages == NULL && self->shower == NULL;
}

static void
tell_settled (GstreamConversationRows *self)
{
  if (gstream_conversation_rows_is_settled (self) && self->funcs != NULL && self->funcs->settled != NULL)
    self->funcs->settled (self->owner);
}

/* --- what is to be shown --- */

static void aim_at_anchored (GstreamConversationRows *self,
                             GstreamConversationRow  *row);

static void
aim_at (GstreamConversationRows *self,
        GstreamConversationRow  *row)
{
  if (row->role != GSTREAM_CONVERSATION_ROLE_TOOL || self->tool_rows)
    {
      row->target = self->aim->len;
      row->aimed = self->aim_number;
      row->moves = FALSE;
      g_ptr_array_add (self->aim, row);
    }
  aim_at_anchored (self, row);
}

/* Adds the settled rows that follow @row, and those that follow these; NULL: those at the beginning. */
static void
aim_at_anchored (GstreamConversationRows *self,
                 GstreamConversationRow  *row)
{
  GPtrArray *anchored = g_hash_table_size (self->anchors) > 0 ? g_hash_table_lookup (self->anchors, row) : NULL;

  for (guint i = 0; anchored != NULL && i < anchored->len; i++)
    aim_at (self, anchored->pdata[i]);
}

static void
aim_at_state (GstreamConversationRows *self)
{
  guint end = MIN (self->state->len, self->cut);

  aim_at_anchored (self, NULL);
  for (guint i = 0; i < end; i++)
    aim_at (self, self->state->pdata[i]);
}

/* Returns how many of the rows at @ends, which are sorted by target, have a smaller target than @target. */
static guint
count_before (GPtrArray *ends,
              guint      target)
{
  guint low = 0, high = ends->len;

  while (low < high)
    {
      guint                   middle = (low + high) / 2;
      GstreamConversationRow *row = ends->pdata[middle];

      if (row->target < target)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/*
 * Marks the rows that have to move, if the order has changed. As many as possible stay: those of the longest increasing
 * sequence of targets. (The array has each row's predecessor in the longest sequence that ends with it.)
 */
static void
choose_moves (GstreamConversationRows *self)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new ();
  g_autoptr (GHashTable) before = g_hash_table_new (NULL, NULL);
  guint n_shown = gstream_shown_rows_get_length (&self->shown);

  for (guint i = 0; i < n_shown; i++)
    {
      GstreamConversationRow *row = gstream_shown_rows_get (&self->shown, i);
      guint                   length;

      if (row->aimed != self->aim_number)
        continue;
      row->moves = TRUE;
      length = count_before (ends, row->target);
      if (length > 0)
        g_hash_table_insert (before, row, ends->pdata[length - 1]);
      if (length == ends->len)
        g_ptr_array_add (ends, row);
      else
        ends->pdata[length] = row;
    }
  for (GstreamConversationRow *row = ends->len > 0 ? ends->pdata[ends->len - 1] : NULL; row != NULL;
       row = g_hash_table_lookup (before, row))
    row->moves = FALSE;
}

static gboolean
is_in_order (GstreamConversationRows *self)
{
  guint  n_shown = gstream_shown_rows_get_length (&self->shown);
  gint64 last = -1;

  for (guint i = 0; i < n_shown; i++)
    {
      GstreamConversationRow *row = gstream_shown_rows_get (&self->shown, i);

      if (row->aimed != self->aim_number)
        continue;
      if (row->target <= last)
        return FALSE;
      last = row->target;
    }
  return TRUE;
}

static void
work_out (GstreamConversationRows *self)
{
  self->is_stale = FALSE;
  self->at = 0;
  self->aim_number++;
  g_ptr_array_set_size (self->aim, 0);
  aim_at_state (self);
  for (guint i = 0; i < self->others->len; i++)
    if (!((GstreamConversationRow *) self->others->pdata[i])->is_settled)
      aim_at (self, self->others->pdata[i]);
  self->has_moves = !is_in_order (self);
  if (self->has_moves)
    choose_moves (self);
}

/* --- rows by their ids --- */

static void
learn (GstreamConversationRows *self,
       GstreamConversationRow  *row)
{
  gstream_conversation_row_join (row, self->book);
  if (row->id != NULL && !g_hash_table_contains (self->by_id, row->id))
    g_hash_table_insert (self->by_id, row->id, row);
}

/* A row that is still shown is kept, so that it is reused if a state has it again. */
static void
forget (GstreamConversationRows *self,
        GstreamConversationRow  *row)
{
  if (row->is_shown || row->in_state || row->is_other)
    return;

  if (row->id != NULL && g_hash_table_lookup (self->by_id, row->id) == row)
    g_hash_table_remove (self->by_id, row->id);
  gstream_conversation_row_part (row);
}

GstreamConversationRow *
gstream_conversation_rows_lookup (GstreamConversationRows *self,
                                  const char              *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

/* --- showing it, one change at a time --- */

static gboolean
stays (GstreamConversationRows *self,
       GstreamConversationRow  *row)
{
  return row->aimed == self->aim_number && !row->moves;
}

static void
splice (GstreamConversationRows *self,
        guint                    position,
        guint                    removed,
        guint                    added)
{
  g_autoptr (GstreamConversationRows) keep = g_object_ref (self);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_full (removed, g_object_unref);

  for (guint i = position; i < position + removed; i++)
    g_ptr_array_add (gone, g_object_ref (gstream_shown_rows_get (&self->shown, i)));
  gstream_shown_rows_splice (&self->shown, position, removed, (GstreamConversationRow **) self->aim->pdata + position,
                             added);
  self->at = position + added;
  for (guint i = 0; i < removed; i++)
    forget (self, gone->pdata[i]);
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (self->funcs != NULL && self->funcs->changed != NULL)
    self->funcs->changed (self->owner, position, removed, added);
}

/*
 * Removes rows that have to move, before they are inserted at their new positions. Returns: how many; 0: there are no
 * more.
 */
static guint
show_move (GstreamConversationRows *self)
{
  guint n_shown = gstream_shown_rows_get_length (&self->shown);
  guint first = self->at, n = 0;

  while (first < n_shown && !gstream_shown_rows_get (&self->shown, first)->moves)
    first++;
  while (n < self->slice && first + n < n_shown && gstream_shown_rows_get (&self->shown, first + n)->moves)
    gstream_shown_rows_get (&self->shown, first + n++)->moves = FALSE;
  if (n == 0)
    {
      self->has_moves = FALSE;
      self->at = 0;
      return 0;
    }
  splice (self, first, n, 0);
  return n;
}

/* Returns: how many rows were inserted or removed; 0: the list is up to date. */
static guint
show_change (GstreamConversationRows *self)
{
  guint n_shown = gstream_shown_rows_get_length (&self->shown);
  guint i = self->at, removed = 0, added = 0;

  while (i < n_shown && i < self->aim->len && gstream_shown_rows_get (&self->shown, i) == self->aim->pdata[i])
    i++;
  while (removed < self->slice && i + removed < n_shown &&
         !stays (self, gstream_shown_rows_get (&self->shown, i + removed)))
    removed++;
  while (removed + added < self->slice && i + added < self->aim->len &&
         !((GstreamConversationRow *) self->aim->pdata[i + added])->is_shown)
    added++;
  if (removed + added > 0)
    splice (self, i, removed, added);

  return removed + added;
}

/* Adjusts the number of rows per change: it is doubled if the handlers of the last change took little time. */
static void
fit_slice (GstreamConversationRows *self,
           guint                    touched,
           gint64                   taken)
{
  if (taken > self->budget / 2)
    self->slice = MAX (self->slice / 2, MIN_SLICE);
  else if (taken < self->budget / 4 && touched >= self->slice)
    self->slice = MIN (self->slice, G_MAXUINT / 2) * 2;
}

static void
forget_slice (GstreamConversationRows *self)
{
  self->slice = self->budget > 0 ? MIN_SLICE : G_MAXUINT;
}

/* Returns FALSE if the list is up to date. */
static gboolean
show_slice (GstreamConversationRows *self)
{
  gint64 began = g_get_monotonic_time ();
  guint  touched = self->has_moves ? show_move (self) : 0;

  if (touched == 0)
    touched = show_change (self);
  if (touched == 0)
    forget_slice (self);
  else if (self->budget > 0)
    fit_slice (self, touched, g_get_monotonic_time () - began);

  return touched > 0;
}

static gboolean
on_show (gpointer user_data)
{
  g_autoptr (GstreamConversationRows) self = g_object_ref (GSTREAM_CONVERSATION_ROWS (user_data));
  GSource *source = self->shower;

  if (self->is_stale)
    work_out (self);
  if (show_slice (self))
    {
      /* Further changes are made after the frame that shows this one. */
      if (self->shower == source)
        {
          detach (&self->shower);
          self->shower = attach (self, on_show, READ_PRIORITY);
        }
      return G_SOURCE_REMOVE;
    }
  if (self->is_stale) /* set during the call */
    return G_SOURCE_CONTINUE;

  detach (&self->shower);
  tell_settled (self);
  return G_SOURCE_REMOVE;
}

/* --- reading a state --- */

/* Replaces @removed elements of @array by references to those of @rows. */
static void
splice_state (GPtrArray *array,
              guint      position,
              guint      removed,
              GPtrArray *rows)
{
  guint behind = array->len - position - removed;

  for (guint i = position; i < position + removed; i++)
    g_object_unref (array->pdata[i]);
  g_ptr_array_set_free_func (array, NULL);
  g_ptr_array_set_size (array, MAX (array->len, position + rows->len + behind));
  if (behind > 0)
    memmove (array->pdata + position + rows->len, array->pdata + position + removed, behind * sizeof *array->pdata);
  g_ptr_array_set_size (array, position + rows->len + behind);
  g_ptr_array_set_free_func (array, g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    array->pdata[position + i] = g_object_ref (rows->pdata[i]);
}

/* Whether the following text is bytewise equal to the message of @row, which then need not be parsed. */
static gboolean
is_unchanged (GstreamConversationRow *row,
              const Reading          *reading)
{
  gsize left = reading->iter.end - reading->iter.at;

  return row->payload != NULL && row->read != reading->number && row->payload->length < left &&
         *row->payload->json == '{' && memcmp (row->payload->json, reading->iter.at, row->payload->length) == 0;
}

/* Whether the row is that of a message of the state that is being read already. */
static gboolean
is_taken (GstreamConversationRows *self,
          GstreamConversationRow  *row)
{
  const Reading *reading = &self->reading;

  return row->read == reading->number ||
         (row->in_state && (row->place < reading->change.n_before || row->place >= reading->n_state));
}

/* Rows without an id are matched by order and role. */
static GstreamConversationRow *
find_nameless (GstreamConversationRows *self,
               GstreamConversationRole  role)
{
  while (self->reading.nameless < self->reading.n_state)
    {
      GstreamConversationRow *row = self->state->pdata[self->reading.nameless++];

      if (row->id == NULL && row->role == role)
        return row;
    }
  return NULL;
}

static GstreamConversationRow *
find_row (GstreamConversationRows *self,
          const char              *id,
          GstreamConversationRole  role)
{
  GstreamConversationRow *row = id != NULL ? gstream_conversation_rows_lookup (self, id) : find_nameless (self, role);

  return row != NULL && !is_taken (self, row) ? row : NULL; /* a second message with the same id gets another row */
}

static gboolean
is_same_json (GstreamConversationRow *row,
              GstreamJsonValue        json)
{
  return row->payload != NULL && row->payload->length == (gsize) (json.end - json.start) &&
         memcmp (row->payload->json, json.start, row->payload->length) == 0;
}

/* (transfer full) */
static GstreamConversationRow *
read_message (GstreamConversationRows *self,
              GstreamJsonValue         json)
{
  GstreamMessageJson      message;
  GstreamConversationRow *row;
  g_autofree char        *id = NULL;

  gstream_message_json_read (&message, json);
  id = gstream_message_json_dup (message.id);
  row = find_row (self, id, message.role);
  if (row != NULL)
    g_object_ref (row);
  else
    row = gstream_conversation_row_new (id, message.role, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED);
  learn (self, row);
  if (!is_same_json (row, json))
    gstream_conversation_row_take_json (row, json, &message);

  return row;
}

static void
take_found (GstreamConversationRows *self,
            GstreamConversationRow  *row)
{
  row->read = self->reading.number;
  if (row->in_state)
    self->reading.expected = row->place + 1;
  g_ptr_array_add (self->reading.found, row);
}

/* Moves to the next message that may have changed. Returns FALSE if there is none. */
static gboolean
step (Reading *reading)
{
  guint32 start;

  reading->iter.at = gstream_json_pass_space (reading->iter.at);
  if (*reading->iter.at == ',')
    reading->iter.at = gstream_json_pass_space (reading->iter.at + 1);
  if (reading->iter.at >= reading->change.end)
    return FALSE;

  start = reading->iter.at - reading->messages->json;
  g_array_append_val (reading->starts, start);
  return TRUE;
}

static gboolean
read_next (GstreamConversationRows *self)
{
  Reading                *reading = &self->reading;
  GstreamConversationRow *expected;
  GstreamJsonValue        json;

  if (!step (reading))
    return FALSE;

  expected = reading->expected < reading->n_state ? self->state->pdata[reading->expected] : NULL;
  if (expected != NULL && is_unchanged (expected, reading))
    {
      reading->iter.at += expected->payload->length;
      if (expected->id == NULL)
        reading->nameless = MAX (reading->nameless, expected->place + 1);
      take_found (self, g_object_ref (expected));
      return TRUE;
    }
  gstream_json_iter_element (&reading->iter, &json);
  take_found (self, read_message (self, json));
  return TRUE;
}

/* Removes a row that is neither streaming nor in a state any more. */
static void
leave_state (GstreamConversationRows *self,
             GPtrArray               *old)
{
  for (guint i = 0; i < old->len; i++)
    {
      GstreamConversationRow *row = old->pdata[i];

      if (row->read == self->reading.number)
        continue;
      row->in_state = FALSE;
      forget (self, row);
    }
}

static void
release (GstreamConversationRows *self,
         GstreamConversationRow  *row)
{
  GPtrArray *anchored = g_hash_table_lookup (self->anchors, row->anchor);

  g_ptr_array_remove (anchored, row);
  if (anchored->len == 0)
    g_hash_table_remove (self->anchors, row->anchor);
  row->is_settled = FALSE;
  row->anchor = NULL;
}

static void
anchor_at (GstreamConversationRows *self,
           GstreamConversationRow  *row,
           GstreamConversationRow  *anchor)
{
  GPtrArray *anchored = g_hash_table_lookup (self->anchors, anchor);

  if (anchored == NULL)
    {
      anchored = g_ptr_array_new ();
      g_hash_table_insert (self->anchors, anchor, anchored);
    }
  g_ptr_array_add (anchored, row);
  row->is_settled = TRUE;
  row->anchor = anchor;
}

/* Rows that follow @row are made to follow @anchor instead. */
static void
pass_anchored (GstreamConversationRows *self,
               GstreamConversationRow  *row,
               GstreamConversationRow  *anchor)
{
  gpointer moved;

  if (!g_hash_table_steal_extended (self->anchors, row, NULL, &moved))
    return;

  for (guint i = 0; i < ((GPtrArray *) moved)->len; i++)
    anchor_at (self, ((GPtrArray *) moved)->pdata[i], anchor);
  g_ptr_array_unref (moved);
}

static void
enter_state (GstreamConversationRows *self,
             GstreamConversationRow  *row)
{
  row->in_state = TRUE;
  if (row->is_settled)
    release (self, row);
  if (row->status != GSTREAM_CONVERSATION_ROW_STATUS_STREAMING &&
      row->status != GSTREAM_CONVERSATION_ROW_STATUS_FINISHED)
    gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED, NULL);
}

/* Returns the rows that were in the place of those that were read. */
static GPtrArray *
replace_read (GstreamConversationRows *self)
{
  guint      first = self->reading.change.n_before;
  GPtrArray *found = self->reading.found;
  GPtrArray *old = g_ptr_array_new_full (self->reading.n_state - first, g_object_unref);
  gboolean   is_moved = found->len != self->reading.n_state - first;

  for (guint i = first; i < self->reading.n_state; i++)
    g_ptr_array_add (old, g_object_ref (self->state->pdata[i]));
  splice_state (self->state, first, old->len, found);
  for (guint i = first; i < (is_moved ? self->state->len : first + found->len); i++)
    ((GstreamConversationRow *) self->state->pdata[i])->place = i;
  for (guint i = 0; i < found->len; i++)
    enter_state (self, found->pdata[i]);
  return old;
}

static void
keep_others (GstreamConversationRows *self)
{
  guint n_kept = 0;

  for (guint i = 0; i < self->others->len; i++)
    {
      GstreamConversationRow *row = self->others->pdata[i];

      row->is_other = !row->in_state;
      if (row->in_state)
        g_object_unref (row);
      else
        self->others->pdata[n_kept++] = row;
    }
  /* The free function must not be called for rows that were moved to the front. */
  g_ptr_array_set_free_func (self->others, NULL);
  g_ptr_array_set_size (self->others, n_kept);
  g_ptr_array_set_free_func (self->others, g_object_unref);
}

/* Rows that follow a removed row are made to follow the remaining one before it. */
static void
move_anchors (GstreamConversationRows *self,
              GPtrArray               *old)
{
  guint                   first = self->reading.change.n_before;
  GstreamConversationRow *last = first > 0 ? self->state->pdata[first - 1] : NULL;

  if (g_hash_table_size (self->anchors) == 0)
    return;

  for (guint i = 0; i < old->len; i++)
    {
      GstreamConversationRow *row = old->pdata[i];

      if (row->in_state)
        last = row;
      else
        pass_anchored (self, row, last);
    }
}

static void
begin_reading (GstreamConversationRows *self,
               GstreamPayload          *messages)
{
  Reading *reading = &self->reading;

  reading->messages = gstream_payload_ref (messages);
  gstream_list_text_compare (&self->list, messages, &reading->change);
  gstream_payload_init_elements (messages, &reading->iter);
  reading->iter.at = reading->change.start;
  reading->n_state = self->state->len - reading->change.n_behind;
  reading->expected = reading->nameless = reading->change.n_before;
  reading->found = g_ptr_array_new_full (reading->n_state - reading->expected + 16, g_object_unref);
  reading->starts = g_array_new (FALSE, FALSE, sizeof (guint32));
  reading->number++;
}

static void
drop_reading (GstreamConversationRows *self)
{
  g_clear_pointer (&self->reading.messages, gstream_payload_unref);
  g_clear_pointer (&self->reading.found, g_ptr_array_unref);
  g_clear_pointer (&self->reading.starts, g_array_unref);
}

static void
end_reading (GstreamConversationRows *self)
{
  Reading *reading = &self->reading;
  g_autoptr (GPtrArray) old = replace_read (self);

  if (self->keeps_list)
    gstream_list_text_take (&self->list, reading->messages, &reading->change, reading->starts);
  leave_state (self, old);
  keep_others (self);
  move_anchors (self, old);
  drop_reading (self);
  self->cut = G_MAXUINT;
  go_stale (self);
}

/* Returns FALSE if the budget was used up before the end of the state. */
static gboolean
read_until (GstreamConversationRows *self,
            gint64                   deadline)
{
  for (guint n = 1; !self->is_closed && read_next (self); n++)
    if (self->budget > 0 && n % MESSAGES_BETWEEN_LOOKS == 0 && g_get_monotonic_time () >= deadline)
      return FALSE;

  if (!self->is_closed)
    end_reading (self);
  return TRUE;
}

/*
 * Properties of rows are notified meanwhile. Who is told of that may set another state, which then waits, or close the
 * rows, after which nothing is left to be read (R7).
 */
static gboolean
read_slice (GstreamConversationRows *self)
{
  gboolean is_read;

  self->is_reading = TRUE;
  is_read = read_until (self, g_get_monotonic_time () + self->budget);
  self->is_reading = FALSE;
  if (self->is_closed)
    drop_reading (self);

  return is_read;
}

/* Returns FALSE if there is nothing more to be read. */
static gboolean
read_on (GstreamConversationRows *self)
{
  g_autoptr (GstreamPayload) next = NULL;

  if (!read_slice (self))
    return TRUE;

  next = g_steal_pointer (&self->waiting);
  if (next != NULL)
    begin_reading (self, next);
  return next != NULL;
}

static gboolean
on_read (gpointer user_data)
{
  g_autoptr (GstreamConversationRows) self = g_object_ref (GSTREAM_CONVERSATION_ROWS (user_data));

  if (read_on (self))
    return G_SOURCE_CONTINUE;

  detach (&self->reader);
  return G_SOURCE_REMOVE;
}

void
gstream_conversation_rows_set_state (GstreamConversationRows *self,
                                     GstreamPayload          *messages)
{
  g_autoptr (GstreamConversationRows) keep = g_object_ref (self);
  g_autoptr (GstreamPayload) none = NULL;

  if (self->is_closed)
    return;

  if (messages == NULL || gstream_payload_get_kind (messages) != GSTREAM_PAYLOAD_KIND_ARRAY)
    messages = none = gstream_payload_new_checked ("[]", 2);
  if (self->reading.messages != NULL)
    {
      g_clear_pointer (&self->waiting, gstream_payload_unref);
      self->waiting = gstream_payload_ref (messages);
      return;
    }

  begin_reading (self, messages);
  if (read_on (self))
    self->reader = attach (self, on_read, READ_PRIORITY);
}

void
gstream_conversation_rows_cut (GstreamConversationRows *self,
                               GstreamConversationRow  *row)
{
  guint cut = row != NULL && row->in_state ? row->place : G_MAXUINT;

  if (self->cut == cut)
    return;

  self->cut = cut;
  go_stale (self);
}

guint
gstream_conversation_rows_get_n_state (GstreamConversationRows *self)
{
  return self->state->len;
}

GstreamConversationRow *
gstream_conversation_rows_get_state (GstreamConversationRows *self,
                                     guint                    place)
{
  return self->state->pdata[place];
}

/* --- rows that the state does not have --- */

void
gstream_conversation_rows_add (GstreamConversationRows *self,
                               GstreamConversationRow  *row)
{
  learn (self, row);
  row->is_other = TRUE;
  g_ptr_array_add (self->others, g_object_ref (row));
  go_stale (self);
}

/* Finds the row in the state. */
static GstreamConversationRow *
get_last (GstreamConversationRows *self)
{
  return self->state->len > 0 ? self->state->pdata[self->state->len - 1] : NULL;
}

void
gstream_conversation_rows_remove (GstreamConversationRows *self,
                                  GstreamConversationRow  *row)
{
  g_autoptr (GstreamConversationRow) keep = g_object_ref (row);

  if (row->in_state)
    return;

  if (!g_ptr_array_remove (self->others, row))
    return;
  pass_anchored (self, row, row->is_settled ? row->anchor : get_last (self));
  if (row->is_settled)
    release (self, row);
  row->is_other = FALSE;
  forget (self, row);
  go_stale (self);
}

GstreamConversationRow *
gstream_conversation_rows_begin (GstreamConversationRows *self,
                                 GstreamMessage          *message)
{
  const char             *id = gstream_message_get_id (message);
  GstreamConversationRow *row = gstream_conversation_rows_lookup (self, id);

  if (row != NULL)
    {
      g_autoptr (GstreamConversationRow) keep = g_object_ref (row);

      row->is_past = FALSE;
      if (row->payload == NULL) /* otherwise it is complete, and is streamed again by a run that was attached to */
        gstream_conversation_row_take_message (row, message);
      return row;
    }

  row = gstream_conversation_row_new (id, GSTREAM_CONVERSATION_ROLE_AI, GSTREAM_CONVERSATION_ROW_STATUS_STREAMING);
  gstream_conversation_rows_add (self, row);
  gstream_conversation_row_take_message (row, message);
  gstream_conversation_row_set_time (row, g_get_real_time ());
  g_object_unref (row);

  return row;
}

void
gstream_conversation_rows_add_call (GstreamConversationRows *self,
                                    GstreamToolCall         *call)
{
  for (guint i = 0; i < self->others->len; i++)
    {
      GstreamConversationRow *row = self->others->pdata[i];

      if (!row->is_settled && !row->is_past)
        gstream_conversation_row_book_calls (row);
    }
  gstream_call_book_add_call (self->book, call);
}

static gboolean
is_marked (GstreamConversationRow *row)
{
  return row->status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED ||
         row->status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED;
}

void
gstream_conversation_rows_settle (GstreamConversationRows *self)
{
  GstreamConversationRow *before = get_last (self);

  for (guint i = 0; i < self->others->len; i++)
    {
      GstreamConversationRow *row = self->others->pdata[i];

      if (row->is_settled)
        continue;
      if (is_marked (row))
        anchor_at (self, row, before);
      before = row;
    }
  go_stale (self);
}

void
gstream_conversation_rows_unsettle (GstreamConversationRows *self,
                                    GstreamConversationRow  *row)
{
  g_autoptr (GstreamConversationRow) keep = g_object_ref (row);

  if (!row->is_settled)
    return;

  pass_anchored (self, row, row->anchor);
  release (self, row);
  g_ptr_array_remove (self->others, row);
  g_ptr_array_add (self->others, g_object_ref (row));
  go_stale (self);
}

/* For changing them: who is told of one may remove others. */
static GPtrArray *
copy_others (GstreamConversationRows *self)
{
  GPtrArray *others = g_ptr_array_copy (self->others, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (others, g_object_unref);

  return others;
}

void
gstream_conversation_rows_end_run (GstreamConversationRows *self,
                                   gboolean                 all)
{
  g_autoptr (GPtrArray) others = copy_others (self);

  for (guint i = 0; i < others->len; i++)
    {
      GstreamConversationRow *row = others->pdata[i];

      if (row->status != GSTREAM_CONVERSATION_ROW_STATUS_SENDING && (!is_marked (row) || (all && !row->is_settled)))
        gstream_conversation_rows_remove (self, row);
    }
  gstream_conversation_rows_settle (self);
}

/* Whether it failed while it was streaming, in the run that has ended. */
static gboolean
has_failed (GstreamConversationRow *row)
{
  return row->status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED && row->message != NULL && !row->is_settled;
}

/* Whether it belongs to the run that has ended; a message that is complete may not have come into the state. */
static gboolean
is_of_run (GstreamConversationRow *row)
{
  return !row->is_past && (row->status == GSTREAM_CONVERSATION_ROW_STATUS_STREAMING ||
                           row->status == GSTREAM_CONVERSATION_ROW_STATUS_FINISHED ||
                           row->status == GSTREAM_CONVERSATION_ROW_STATUS_SENT);
}

void
gstream_conversation_rows_complete (GstreamConversationRows *self)
{
  for (guint i = 0; i < self->others->len; i++)
    {
      GstreamConversationRow *row = self->others->pdata[i];

      row->is_past = row->is_past || is_of_run (row);
    }
}

void
gstream_conversation_rows_stop (GstreamConversationRows *self,
                                const GError            *error)
{
  GstreamConversationRowStatus status =
      error != NULL ? GSTREAM_CONVERSATION_ROW_STATUS_FAILED : GSTREAM_CONVERSATION_ROW_STATUS_STOPPED;
  g_autoptr (GPtrArray) others = copy_others (self);

  for (guint i = 0; i < others->len; i++)
    {
      GstreamConversationRow *row = others->pdata[i];

      if (is_of_run (row) || (has_failed (row) && error == NULL))
        gstream_conversation_row_set_status (row, status, error);
    }
}

GstreamConversationRow *
gstream_conversation_rows_get_newest (GstreamConversationRows *self)
{
  guint end = MIN (self->state->len, self->cut);

  for (guint i = self->others->len; i > 0; i--)
    {
      GstreamConversationRow *row = self->others->pdata[i - 1];

      if (!row->is_settled) /* otherwise it stands at another row, earlier than the state's last one */
        return row;
    }

  return end > 0 ? self->state->pdata[end - 1] : NULL;
}

/* --- the object --- */

GstreamConversationRows *
gstream_conversation_rows_new (void)
{
  return g_object_new (GSTREAM_TYPE_CONVERSATION_ROWS, NULL);
}

void
gstream_conversation_rows_set_owner (GstreamConversationRows            *self,
                                     const GstreamConversationRowsFuncs *funcs,
                                     gpointer                            owner)
{
  self->funcs = funcs;
  self->owner = owner;
}

GstreamCallBook *
gstream_conversation_rows_get_book (GstreamConversationRows *self)
{
  return self->book;
}

void
gstream_conversation_rows_set_tool_rows (GstreamConversationRows *self,
                                         gboolean                 tool_rows)
{
  self->tool_rows = tool_rows;
  go_stale (self);
}

void
gstream_conversation_rows_set_keeps_list (GstreamConversationRows *self,
                                          gboolean                 keeps_list)
{
  self->keeps_list = keeps_list;
}

void
gstream_conversation_rows_set_budget (GstreamConversationRows *self,
                                      guint                    microseconds)
{
  self->budget = microseconds;
  forget_slice (self);
}

void
gstream_conversation_rows_close (GstreamConversationRows *self)
{
  self->funcs = NULL;
  self->is_closed = TRUE;
  detach (&self->reader);
  detach (&self->shower);
  if (!self->is_reading)
    drop_reading (self);
  g_clear_pointer (&self->waiting, gstream_payload_unref);
}

static void
gstream_conversation_rows_dispose (GObject *object)
{
  GstreamConversationRows *self = GSTREAM_CONVERSATION_ROWS (object);

  gstream_conversation_rows_close (self);
  gstream_shown_rows_clear (&self->shown);
  g_hash_table_remove_all (self->by_id);
  g_hash_table_remove_all (self->anchors);
  g_ptr_array_set_size (self->aim, 0);
  g_ptr_array_set_size (self->state, 0);
  gstream_list_text_clear (&self->list);
  g_ptr_array_set_size (self->others, 0);

  G_OBJECT_CLASS (gstream_conversation_rows_parent_class)->dispose (object);
}

static void
gstream_conversation_rows_finalize (GObject *object)
{
  GstreamConversationRows *self = GSTREAM_CONVERSATION_ROWS (object);

  g_ptr_array_unref (self->state);
  g_ptr_array_unref (self->others);
  g_ptr_array_unref (self->aim);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->anchors);
  gstream_call_book_unref (self->book);

  G_OBJECT_CLASS (gstream_conversation_rows_parent_class)->finalize (object);
}

static void
gstream_conversation_rows_class_init (GstreamConversationRowsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = gstream_conversation_rows_dispose;
  object_class->finalize = gstream_conversation_rows_finalize;
}

static void
gstream_conversation_rows_init (GstreamConversationRows *self)
{
  self->state = g_ptr_array_new_with_free_func (g_object_unref);
  self->others = g_ptr_array_new_with_free_func (g_object_unref);
  self->aim = g_ptr_array_new ();
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->anchors = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->book = gstream_call_book_new ();
  self->tool_rows = TRUE;
  self->cut = G_MAXUINT;
  self->budget = 4000;
  forget_slice (self);
}
