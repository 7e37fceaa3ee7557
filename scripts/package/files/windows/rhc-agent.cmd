@echo off
rem Prepared, never run on Windows.
setlocal
if "%RHC_READER_AGENT_STATE_FOLDER%"=="" set "RHC_READER_AGENT_STATE_FOLDER=%LOCALAPPDATA%\rhc-agent"
if "%RHC_AGENT_TOKEN_FILE%"=="" set "RHC_AGENT_TOKEN_FILE=%RHC_READER_AGENT_STATE_FOLDER%\token"
if "%RHC_KEY_SERVICE_TOKEN_FILE%"=="" set "RHC_KEY_SERVICE_TOKEN_FILE=%RHC_READER_AGENT_STATE_FOLDER%\key-service.token"
if "%RHC_READER_AGENT_LOG_FOLDER%"=="" set "RHC_READER_AGENT_LOG_FOLDER=%RHC_READER_AGENT_STATE_FOLDER%\log"
set "NODE_ENV=production"
set "PROGRAM=main.js"
if "%1"=="doctor" set "PROGRAM=doctor-main.js"
if "%1"=="policy" set "PROGRAM=policy-main.js"
"%~dp0..\node\node.exe" --max-old-space-size=128 --max-semi-space-size=4 "%~dp0..\app\%PROGRAM%" %2 %3 %4 %5 %6 %7 %8 %9
