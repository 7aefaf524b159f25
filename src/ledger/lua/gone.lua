-- seat fence window skipped → ok. A second disconnect does not lengthen the window; a newer fence than is known overrides.
local refused = stale()
if refused then return refused end
local n, generation, window, more = unpack(ARGV, ARGS)
generation = tonumber(generation)
if is_up_to(n, generation) then
  disconnected(n, generation, tonumber(window))
  confirm(n)
  skip(n, more)
end
finish()
return { 'ok' }
