/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A library to preload: one system call of a program fails as the kernel may let it fail. FAILING_CALL says which:
 * NAME:NUMBER:ERRNO, the NUMBERth call of NAME (from 1) with that errno, or NAME:NUMBER:short, where it moves one byte
 * alone. With FAILING_CALLS_COUNT=FILE it writes how often each was called there, when the program ends.
 *
 * What the program starts has none of it. In a child between fork() and execve() calls go on being counted from where they
 * were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum
{
  CALL_READ,
  CALL_WRITE,
  CALL_RECV,
  CALL_SEND,
  CALL_CONNECT,
  CALL_SOCKET,
  CALL_OPEN,
  CALL_POLL,
  CALL_PIPE,
  CALL_FORK,
  CALL_DUP2,
  CALL_EXECVE,
  CALL_SPAWN,
  N_CALLS,
};

static const char *const names[N_CALLS] = { "read", "write", "recv", "send", "connect", "socket", "open",
                                            "poll", "pipe",  "fork", "dup2", "execve",  "spawn" };
static atomic_int       *counts; /* N_CALLS, shared with children until they are something else */

static int   failing = -1; /* which of them fails */
static int   failing_at;   /* at which of its calls, from 1 */
static int   failing_with; /* errno; 0: it moves one byte alone */
static char *count_file;   /* NULL: nobody wants to know */
static pid_t own_pid;

__attribute__ ((constructor)) static void
begin (void)
{
  const char *wanted = getenv ("FAILING_CALL");
  const char *file = getenv ("FAILING_CALLS_COUNT");
  char        name[16], how[16];

  counts = mmap (NULL, N_CALLS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  count_file = file != NULL ? strdup (file) : NULL;
  own_pid = getpid ();
  unsetenv ("LD_PRELOAD");
  if (wanted == NULL || sscanf (wanted, "%15[^:]:%d:%15s", name, &failing_at, how) != 3)
    return;
  for (int call = 0; call < N_CALLS; call++)
    if (strcmp (names[call], name) == 0)
      failing = call;
  failing_with = strcmp (how, "short") == 0 ? 0 : atoi (how);
}

__attribute__ ((destructor)) static void
end (void)
{
  FILE *out = count_file != NULL && getpid () == own_pid ? fopen (count_file, "w") : NULL;

  free (count_file);

  if (out == NULL)
    return;
  for (int call = 0; call < N_CALLS; call++)
    fprintf (out, "%s %d\n", names[call], atomic_load (&counts[call]));
  fclose (out);
}

/* Eventfds are how GLib wakes its own threads, and nothing that a run reads. */
static int
is_counted (int fd)
{
  struct stat status;
  int         saved = errno;
  int         counted =
      fstat (fd, &status) == 0 && (S_ISREG (status.st_mode) || S_ISSOCK (status.st_mode) || S_ISFIFO (status.st_mode));

  errno = saved;

  return counted;
}

/* -1: the call fails, errno is set; 0: it moves one byte alone; 1: it is made as it is. */
static int
note_call (int call)
{
  if (atomic_fetch_add (&counts[call], 1) + 1 != failing_at || call != failing)
    return 1;
  if (failing_with == 0)
    return 0;

  errno = failing_with;

  return -1;
}

#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

ssize_t
read (int    fd,
      void  *buffer,
      size_t count)
{
  int how = is_counted (fd) ? note_call (CALL_READ) : 1;

  return how < 0 ? -1 : NEXT (read) (fd, buffer, how == 0 && count > 1 ? 1 : count);
}

ssize_t
write (int         fd,
       const void *buffer,
       size_t      count)
{
  int how = is_counted (fd) && fd > STDERR_FILENO ? note_call (CALL_WRITE) : 1;

  return how < 0 ? -1 : NEXT (write) (fd, buffer, how == 0 && count > 1 ? 1 : count);
}

ssize_t
recv (int    fd,
      void  *buffer,
      size_t size,
      int    flags)
{
  int how = note_call (CALL_RECV);

  return how < 0 ? -1 : NEXT (recv) (fd, buffer, how == 0 && size > 1 ? 1 : size, flags);
}

ssize_t
send (int         fd,
      const void *buffer,
      size_t      size,
      int         flags)
{
  int how = note_call (CALL_SEND);

  return how < 0 ? -1 : NEXT (send) (fd, buffer, how == 0 && size > 1 ? 1 : size, flags);
}

ssize_t
recvmsg (int            fd,
         struct msghdr *message,
         int            flags)
{
  return note_call (CALL_RECV) < 0 ? -1 : NEXT (recvmsg) (fd, message, flags);
}

ssize_t
sendmsg (int                  fd,
         const struct msghdr *message,
         int                  flags)
{
  return note_call (CALL_SEND) < 0 ? -1 : NEXT (sendmsg) (fd, message, flags);
}

int
connect (int                    fd,
         const struct sockaddr *address,
         socklen_t              length)
{
  return note_call (CALL_CONNECT) < 0 ? -1 : NEXT (connect) (fd, address, length);
}

int
socket (int domain,
        int type,
        int protocol)
{
  return note_call (CALL_SOCKET) < 0 ? -1 : NEXT (socket) (domain, type, protocol);
}

int
open (const char *path,
      int         flags,
      ...)
{
  va_list arguments;
  mode_t  mode;

  va_start (arguments, flags);
  mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg (arguments, mode_t) : 0;
  va_end (arguments);

  return note_call (CALL_OPEN) < 0 ? -1 : NEXT (open) (path, flags, mode);
}

int
poll (struct pollfd *fds,
      nfds_t         n_fds,
      int            timeout)
{
  return note_call (CALL_POLL) < 0 ? -1 : NEXT (poll) (fds, n_fds, timeout);
}

/* How newer versions of GLib poll. */
int
ppoll (struct pollfd         *fds,
       nfds_t                 n_fds,
       const struct timespec *timeout,
       const sigset_t        *mask)
{
  return note_call (CALL_POLL) < 0 ? -1 : NEXT (ppoll) (fds, n_fds, timeout, mask);
}

/* --- starting a program --- */

int
pipe2 (int fds[2],
       int flags)
{
  return note_call (CALL_PIPE) < 0 ? -1 : NEXT (pipe2) (fds, flags);
}

int
pipe (int fds[2])
{
  return note_call (CALL_PIPE) < 0 ? -1 : NEXT (pipe) (fds);
}

pid_t
fork (void)
{
  return note_call (CALL_FORK) < 0 ? -1 : NEXT (fork) ();
}

int
dup2 (int from,
      int to)
{
  return note_call (CALL_DUP2) < 0 ? -1 : NEXT (dup2) (from, to);
}

int
execve (const char  *path,
        char *const *arguments,
        char *const *environment)
{
  return note_call (CALL_EXECVE) < 0 ? -1 : NEXT (execve) (path, arguments, environment);
}

/* These return the errno. */

int
posix_spawn (pid_t                            *pid,
             const char                       *path,
             const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t          *attributes,
             char *const                       arguments[],
             char *const                       environment[])
{
  return note_call (CALL_SPAWN) < 0 ? errno
                                    : NEXT (posix_spawn) (pid, path, actions, attributes, arguments, environment);
}

int
posix_spawnp (pid_t                            *pid,
              const char                       *file,
              const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t          *attributes,
              char *const                       arguments[],
              char *const                       environment[])
{
  return note_call (CALL_SPAWN) < 0 ? errno
                                    : NEXT (posix_spawnp) (pid, file, actions, attributes, arguments, environment);
}
