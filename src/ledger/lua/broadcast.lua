-- seat fence cid skipped entry → ok pushes · dup · fenced · wait ms. One number counts for all receivers.
local refused = stale()
if refused then return refused end
local n, generation, cid, more, entry = unpack(ARGV, ARGS)
if not is_held(n, tonumber(generation)) then return { 'fenced' } end
local wait = settles_in() or is_unclaimed(n) and CLAIM_WAIT
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
local used = tonumber(cid)
if used and used <= number(hot.get('b' .. n)) and not is_skipped(n, used) then
  finish_passing()
  return { 'dup' }
end
if used then raise_broadcast(n, used) end
skip(n, more)
apply(n, cid)
load_seats('aqydx')
append_to_all(entry, used and n .. ':' .. cid .. ':1', n)
return { 'ok', finish_passing() }
