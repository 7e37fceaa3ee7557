# Prepared, never run on Windows. Autostart of this user; no administrator rights.
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$run = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run'
Set-ItemProperty -Path $run -Name 'rhc-agent' -Value ('cmd /c start "" /min "{0}"' -f (Join-Path $here 'rhc-agent.cmd'))
