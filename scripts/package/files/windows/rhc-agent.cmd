@echo off
rem Prepared, never run on Windows.
setlocal
if "%RHC_READER_AGENT_STATE_FOLDER%"=="" set "RHC_READER_AGENT_STATE_FOLDER=%LOCALAPPDATA%\rhc-agent"
if "%RHC_AGENT_TOKEN_FILE%"=="" set "RHC_AGENT_TOKEN_FILE=%RHC_READER_AGENT_STATE_FOLDER%\token"
if "%RHC_KEY_SERVICE_TOKEN_FILE%"=="" set "RHC_KEY_SERVICE_TOKEN_FILE=%RHC_READER_AGENT_STATE_FOLDER%\key-service.token"
set "PROGRAM=main.js"
if "%1"=="doctor" set "PROGRAM=doctor-main.js"
if "%1"=="policy" set "PROGRAM=policy-main.js"
"%~dp0..\node\node.exe" "%~dp0..\app\%PROGRAM%" %2 %3 %4 %5 %6 %7 %8 %9
