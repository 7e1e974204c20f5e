// Binds threads to processors, which C libraries keep out of Swift's sight.

#ifndef OCTET_PROCESSOR_H
#define OCTET_PROCESSOR_H

/// The processors that a thread may run on; all zeros where the system does not say.
typedef struct octet_processors {
  unsigned long long bits[16];
} octet_processors;

/// Binds the calling thread to one of the processors that it may run on, counted around and around from `index`, which
/// is not negative. Does nothing where the system cannot bind.
///
/// Returns what the thread could run on before.
octet_processors octet_bind_thread(int index);

/// Takes the binding back.
void octet_free_thread(octet_processors before);

#endif
