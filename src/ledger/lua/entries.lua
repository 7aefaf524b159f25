-- What the usual `send` and all others know of inboxes.

-- Bytes of text that an entry holds; what precedes it is bounded by the number of entries.
local function bytes_of(entry)
  local kind = entry:sub(1, 1)
  if kind == 'L' then return 0 end
  if kind == 'H' or kind == 'V' then
    local one, other = entry:match('^.([^\n]*)\n([^\n]*)\n')
    return #one + #other
  end
  local _, head = entry:find('^[^\n]*\n')
  if kind == 'J' then _, head = entry:find('^[^\n]*\n[^\n]*\n[^\n]*\n') end
  return #entry - (head or 0)
end
