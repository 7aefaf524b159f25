-- seat fence reason → ok pushes. Its own node is told when another one asks.
local refused = stale()
if refused then return refused end
local n, generation, reason = ARGV[ARGS], tonumber(ARGV[ARGS + 1]), ARGV[ARGS + 2]
if is_up_to(n, generation) then
  if node(n) == NODE then free(n, reason) else finish_seat(n, reason) end
end
return { 'ok', finish() }
