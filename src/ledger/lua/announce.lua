-- entry → ok pushes · wait ms. Every seat gets it; no member has sent it.
local refused = stale()
if refused then return refused end
local wait = #seats > 0 and settles_in()
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
load_seats()
append_to_all(ARGV[ARGS])
return { 'ok', finish_passing() }
