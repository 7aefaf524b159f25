// The library is the system's; the build file wants a target of this name.
