-- entry (user) → ok pushes · wait ms. Every seat gets it, or that user's; no member has sent it.
local refused = stale()
if refused then return refused end
local wait = #seats > 0 and settles_in()
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
local entry, user = unpack(ARGV, ARGS)
if user then
  local n = cold:get('u' .. user)
  if n then append(n, entry) end
else
  load_seats()
  append_to_all(entry)
end
return { 'ok', finish_passing() }
